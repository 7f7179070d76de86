import { checkBlockMask, isVisible } from '@sparsek/bsr';
import { BLOCK_CLAUSES, BLOCK_FULL } from '@sparsek/types';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileMask, type MaskExpression } from '../src/index.js';
import { arbitraryMask } from './arbitrary-masks.js';
import { definedMask, draw, readMask } from './helpers.js';

interface Case {
  readonly queryLength: number;
  readonly keyLength: number;
  readonly blockShape: readonly [number, number];
  readonly expression: MaskExpression;
}

const cases: fc.Arbitrary<Case> = fc
  .tuple(
    fc.integer({ min: 1, max: 75 }),
    fc.integer({ min: 1, max: 75 }),
    fc.tuple(fc.constantFrom(1, 3, 16, 17, 32, 40, 64, 128), fc.constantFrom(1, 5, 16, 23, 32, 64, 100, 128)),
  )
  .chain(([queryLength, keyLength, blockShape]) =>
    arbitraryMask(queryLength, keyLength).map((expression) => ({
      queryLength,
      keyLength,
      blockShape,
      expression,
    })),
  );

describe('compileMask', () => {
  it('shows exactly the pairs that the expression defines', () => {
    fc.assert(
      fc.property(cases, ({ queryLength, keyLength, blockShape, expression }) => {
        const mask = compileMask(expression, { queryLength, keyLength, blockShape });
        checkBlockMask(mask);
        expect(draw(readMask(mask, 0, 0))).toBe(draw(definedMask(expression, queryLength, keyLength)));
      }),
      { numRuns: 1500, seed: 20260917 },
    );
  });

  it('agrees with the reading of masks that backends share', () => {
    fc.assert(
      fc.property(cases, ({ queryLength, keyLength, blockShape, expression }) => {
        const mask = compileMask(expression, { queryLength, keyLength, blockShape });
        const table = Array.from({ length: queryLength }, (_, q) =>
          Array.from({ length: keyLength }, (_key, j) => isVisible(mask, 0, 0, q, j)),
        );
        expect(draw(table)).toBe(draw(definedMask(expression, queryLength, keyLength)));
      }),
      { numRuns: 200, seed: 7 },
    );
  });

  it('stores no empty block, and calls a block partial only when it is', () => {
    fc.assert(
      fc.property(cases, ({ queryLength, keyLength, blockShape, expression }) => {
        const mask = compileMask(expression, { queryLength, keyLength, blockShape });
        const pattern = mask.patterns[0]!;
        if (pattern.kind === 'regular') return;
        const table = definedMask(expression, queryLength, keyLength);
        const [rows, columns] = blockShape;
        for (let r = 0; r + 1 < pattern.indptr.length; r++) {
          for (let p = pattern.indptr[r]!; p < pattern.indptr[r + 1]!; p++) {
            const c = pattern.indices[p]!;
            const pairs = table
              .slice(r * rows, (r + 1) * rows)
              .flatMap((row) => row.slice(c * columns, (c + 1) * columns));
            expect(pairs).toContain(true);
            if ((pattern.fill?.[p] ?? BLOCK_FULL) >= BLOCK_CLAUSES) expect(pairs).toContain(false);
          }
        }
      }),
      { numRuns: 300, seed: 11 },
    );
  });
});
