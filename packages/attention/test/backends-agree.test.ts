import { explainBackends } from '@sparsek/backend';
import type { AttentionTensor } from '@sparsek/types';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attention, type MaskExpression } from '../src/index.js';
import { arbitraryMask } from './arbitrary-masks.js';

const cpu = (await explainBackends()).find((backend) => backend.name === 'cpu')?.availability;
if (!cpu?.available) console.log(`Skipping the comparison with the CPU backend: ${cpu?.reason}`);

function tensor(heads: number, length: number, salt: number): AttentionTensor<'f32'> {
  const shape = [1, heads, length, 16] as const;
  const values = Float32Array.from({ length: heads * length * 16 }, (_, n) => Math.sin(n * 0.7 + salt));
  return { shape, dtype: 'f32', values };
}

interface Case {
  readonly queryLength: number;
  readonly keyLength: number;
  readonly blockShape: readonly [number, number];
  readonly mask: readonly MaskExpression[];
}

const cases: fc.Arbitrary<Case> = fc
  .tuple(
    fc.integer({ min: 1, max: 90 }),
    fc.integer({ min: 1, max: 90 }),
    fc.constantFrom([16, 16], [32, 64], [64, 64], [128, 128], [48, 40], [64, 16]) as fc.Arbitrary<
      [number, number]
    >,
  )
  .chain(([queryLength, keyLength, blockShape]) =>
    fc
      .tuple(arbitraryMask(queryLength, keyLength), arbitraryMask(queryLength, keyLength))
      .map((mask) => ({ queryLength, keyLength, blockShape, mask })),
  );

describe.skipIf(!cpu?.available)('CPU and reference', () => {
  it('agree on any mask', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ queryLength, keyLength, blockShape, mask }) => {
        const options = {
          q: tensor(2, queryLength, 1),
          k: tensor(1, keyLength, 2),
          v: tensor(1, keyLength, 3),
          mask,
          blockShape,
          lse: true,
        };
        const fast = await attention({ ...options, backend: 'cpu' });
        const exact = await attention({ ...options, backend: 'reference' });
        for (const [received, wanted] of [
          [fast.o.values, exact.o.values],
          [fast.lse!, exact.lse!],
        ] as const) {
          expect(received.length).toBe(wanted.length);
          wanted.forEach((x, n) => {
            if (Number.isFinite(x)) expect(Math.abs(received[n]! - x)).toBeLessThan(1e-4);
            else expect(received[n]).toBe(x);
          });
        }
      }),
      { numRuns: 150, seed: 99 },
    );
  });
});
