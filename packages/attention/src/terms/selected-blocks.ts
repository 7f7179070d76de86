import { type BsrPattern, InvalidArgumentError } from '@sparsek/types';
import { growingArray } from '../compile/growing-array.js';
import { checkInteger } from '../mask/check.js';
import type { MaskExpression } from '../mask/expression.js';

/** The key blocks that a model's router selected for each query, or each block of queries. */
export interface BlockSelection {
  /** Row-major `[rows, count]` key block numbers, any order; -1 for an unused place. */
  readonly indices: ArrayLike<number>;
  /** Places a row (top-k). */
  readonly count: number;
  /** Tokens a query block: 1 for selection per token (NSA, MSA). Default 1. */
  readonly queryBlock?: number;
  /** Tokens a key block. */
  readonly keyBlock: number;
  /** Also show the blocks that hold the queries themselves, as MoBA and MSA do. Default false. */
  readonly own?: boolean;
  readonly queryLength: number;
  readonly keyLength: number;
}

/**
 * The mask of a given top-k block selection, such as NSA's (block 64, top 16, per token), MoBA's or MiniMax MSA's
 * (block 128, top 16, per token). Row r of `indices` is for the queries `r * queryBlock ..`. Combine with `causal()`,
 * and with `window()` for models that always see their neighbourhood.
 */
export function selectedBlocks(selection: BlockSelection): MaskExpression {
  const { indices, count, queryBlock = 1, keyBlock, own = false, queryLength, keyLength } = selection;
  checkInteger(count, 'count', 1);
  checkInteger(queryBlock, 'queryBlock', 1);
  checkInteger(keyBlock, 'keyBlock', 1);
  checkInteger(queryLength, 'queryLength', 0);
  checkInteger(keyLength, 'keyLength', 0);
  const rows = Math.ceil(queryLength / queryBlock);
  const blockColumns = Math.ceil(keyLength / keyBlock);
  if (indices.length !== rows * count) {
    throw new InvalidArgumentError('indices', `${rows} rows of ${count} block numbers`, indices);
  }
  const indptr = new Int32Array(rows + 1);
  const stored = growingArray();
  const ownBlocks = (r: number): number[] => {
    const first = r * queryBlock + keyLength - queryLength;
    const last = Math.min((r + 1) * queryBlock, queryLength) - 1 + keyLength - queryLength;
    const found: number[] = [];
    for (let c = Math.max(Math.floor(first / keyBlock), 0); c * keyBlock <= last; c++) found.push(c);
    return found;
  };
  for (let r = 0; r < rows; r++) {
    const row: number[] = [];
    for (let n = 0; n < count; n++) {
      const block = indices[r * count + n]!;
      if (!Number.isInteger(block) || block < -1 || block >= blockColumns) {
        throw new InvalidArgumentError(
          `indices[${r * count + n}]`,
          `a block number from 0 to ${blockColumns - 1}, or -1`,
          block,
        );
      }
      if (block >= 0) row.push(block);
    }
    if (own) row.push(...ownBlocks(r));
    row.sort((a, b) => a - b);
    for (let n = 0; n < row.length; n++) {
      if (n === 0 || row[n] !== row[n - 1]) stored.push(row[n]!);
    }
    indptr[r + 1] = stored.length;
  }
  const pattern: BsrPattern = {
    shape: [queryLength, keyLength],
    blockShape: [queryBlock, keyBlock],
    indptr,
    indices: stored.take(),
  };
  return { kind: 'blocks', pattern };
}
