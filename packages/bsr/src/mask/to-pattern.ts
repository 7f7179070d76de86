import { type BlockMask, type BsrPattern, InvalidMaskError, type StoredPattern } from '@sparsek/types';
import { checkInteger, INT32_MAX } from '../check/arguments.js';
import { allocateInt32 } from '../values/allocate.js';
import { maskExtent } from './pattern-for.js';
import { visibleRuns } from './visible-runs.js';

/**
 * One pattern of a mask with its blocks written out: a stored mask pattern that is at the same time the block-sparse
 * structure of the `[queryLength, keyLength]` score matrix. Partial blocks of a regular pattern keep its clauses. A
 * stored pattern's arrays are used as they are. Time and memory are linear in the visible blocks.
 *
 * @throws InvalidArgumentError when there is no such pattern.
 * @throws InvalidMaskError when 2^31 blocks or more are visible.
 */
export function maskToPattern(mask: BlockMask, patternIndex: number): StoredPattern & BsrPattern {
  checkInteger(patternIndex, 'patternIndex', 0, mask.patterns.length);
  const pattern = mask.patterns[patternIndex]!;
  const shape = [mask.queryLength, mask.keyLength] as const;
  const { blockShape } = mask;
  if (pattern.kind === 'stored') return { ...pattern, shape, blockShape };

  const { blockRows } = maskExtent(mask);
  const indptr = allocateInt32(blockRows + 1);
  const rows = Array.from({ length: blockRows }, (_, row) => visibleRuns(mask, pattern, row));
  let blocks = 0;
  for (const [row, runs] of rows.entries()) {
    for (const run of runs) blocks += run.end - run.begin;
    if (blocks > INT32_MAX) {
      throw new InvalidMaskError(
        `Expected fewer than 2^31 visible blocks for mask.patterns[${patternIndex}]`,
      );
    }
    indptr[row + 1] = blocks;
  }
  const indices = allocateInt32(blocks);
  const fill = allocateInt32(blocks);
  let p = 0;
  for (const runs of rows) {
    for (const run of runs) {
      fill.fill(run.fill, p, p + run.end - run.begin);
      for (let column = run.begin; column < run.end; column++) indices[p++] = column;
    }
  }
  return { kind: 'stored', shape, blockShape, indptr, indices, fill, clauses: pattern.clauses };
}
