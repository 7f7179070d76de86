import { explainBackends } from '@sparsek/backend';
import { bsrToDense, normalValues, randomPattern, withValues } from '@sparsek/bsr';
import type { BsrMatrix, DenseMatrix, Dtype } from '@sparsek/types';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sddmm, spgemm, spmm } from '../src/index.js';

const cpu = (await explainBackends()).find((backend) => backend.name === 'cpu')?.availability;
if (!cpu?.available) console.log(`Skipping the comparison with the CPU backend: ${cpu?.reason}`);

const extent = fc.integer({ min: 1, max: 70 });
const side = fc.constantFrom(1, 3, 4, 16, 17, 32, 64);
const dtype = fc.constantFrom<Dtype>('f32', 'f16', 'bf16');

interface Case {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly blocks: readonly [number, number, number];
  readonly dtype: Dtype;
  readonly seed: number;
  readonly transpose: boolean;
}

const cases: fc.Arbitrary<Case> = fc.record({
  m: extent,
  k: extent,
  n: extent,
  blocks: fc.tuple(side, side, side),
  dtype,
  seed: fc.integer({ min: 0, max: 1000 }),
  transpose: fc.boolean(),
});

function dense(rows: number, columns: number, type: Dtype, seed: number): DenseMatrix {
  return { shape: [rows, columns], dtype: type, values: normalValues(rows * columns, { seed, dtype: type }) };
}

function sparse(
  rows: number,
  columns: number,
  blockShape: readonly [number, number],
  type: Dtype,
  seed: number,
): BsrMatrix {
  const pattern = randomPattern({ shape: [rows, columns], blockShape, density: 0.4, seed });
  return withValues(pattern, { seed: seed + 1, dtype: type });
}

/** Results of both backends with float32 output. */
async function both<T>(
  call: (backend: 'cpu' | 'reference') => Promise<T>,
  read: (result: T) => ArrayLike<number>,
) {
  const received = read(await call('cpu'));
  const wanted = read(await call('reference'));
  expect(received.length).toBe(wanted.length);
  for (let n = 0; n < wanted.length; n++) {
    expect(Math.abs(received[n]! - wanted[n]!)).toBeLessThanOrEqual(1e-4 * (1 + Math.abs(wanted[n]!)));
  }
}

const runs = { numRuns: 80, seed: 41 };
const outputDtype = 'f32';

describe.skipIf(!cpu?.available)('CPU and reference', () => {
  it('agree on sparse x dense and dense x sparse', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ m, k, n, blocks, dtype: type, seed, transpose }) => {
        const a = sparse(m, k, [blocks[0], blocks[1]], type, seed);
        const b = dense(transpose ? m : k, n, type, seed + 2);
        await both(
          (backend) => spmm(a, b, { backend, transpose, outputDtype }),
          (c) => c.values,
        );
        const left = dense(n, transpose ? k : m, type, seed + 3);
        await both(
          (backend) => spmm(left, a, { backend, transpose, outputDtype, alpha: 0.5 }),
          (c) => c.values,
        );
      }),
      runs,
    );
  });

  it('agree on sampled and sparse products', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ m, k, n, blocks, dtype: type, seed }) => {
        const a = dense(m, k, type, seed);
        const b = dense(k, n, type, seed + 1);
        const layout = randomPattern({
          shape: [m, n],
          blockShape: [blocks[0], blocks[2]],
          density: 0.4,
          seed,
        });
        await both(
          (backend) => sddmm(a, b, layout, { backend, outputDtype }),
          (c) => c.values,
        );
        const left = sparse(m, k, [blocks[0], blocks[1]], type, seed + 2);
        const right = sparse(k, n, [blocks[1], blocks[2]], type, seed + 3);
        await both(
          (backend) => spgemm(left, right, { backend, outputDtype }),
          (c) => bsrToDense(c).values,
        );
        await both(
          (backend) => spgemm(left, right, { backend, outputDtype, output: 'dense' }),
          (c) => c.values,
        );
      }),
      runs,
    );
  });
});
