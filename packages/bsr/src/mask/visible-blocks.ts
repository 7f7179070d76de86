import { type BlockMask, InvalidArgumentError, type MaskPattern } from '@sparsek/types';
import { maskExtent } from './pattern-for.js';
import { visibleRuns } from './visible-runs.js';

/** Visible blocks of one block row. */
export interface VisibleBlocks {
  /** Block columns, strictly ascending. */
  readonly columns: Int32Array;
  /** One code a block: BLOCK_FULL, BLOCK_CLAUSES, or BLOCK_BITMAP + index of a bitmap. */
  readonly fill: Int32Array;
}

/**
 * The visible blocks of a block row, of a regular pattern (from its clauses, in time linear in the blocks found) or of
 * a stored one (views of its arrays, constant time). The mask is expected to have passed `checkBlockMask`.
 *
 * @throws InvalidArgumentError when there is no such block row.
 */
export function visibleBlocks(mask: BlockMask, pattern: MaskPattern, blockRow: number): VisibleBlocks {
  const { blockRows } = maskExtent(mask);
  if (!Number.isInteger(blockRow) || blockRow < 0 || blockRow >= blockRows) {
    throw new InvalidArgumentError('blockRow', `an integer from 0 to ${blockRows - 1}`, blockRow);
  }
  if (pattern.kind === 'stored') {
    const begin = pattern.indptr[blockRow]!;
    const end = pattern.indptr[blockRow + 1]!;
    const columns = pattern.indices.subarray(begin, end);
    return { columns, fill: pattern.fill?.subarray(begin, end) ?? new Int32Array(end - begin) };
  }
  const runs = visibleRuns(mask, pattern, blockRow);
  const count = runs.reduce((sum, run) => sum + run.end - run.begin, 0);
  const columns = new Int32Array(count);
  const fill = new Int32Array(count);
  let p = 0;
  for (const run of runs) {
    fill.fill(run.fill, p, p + run.end - run.begin);
    for (let column = run.begin; column < run.end; column++) columns[p++] = column;
  }
  return { columns, fill };
}
