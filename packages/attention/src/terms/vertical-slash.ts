import { type BsrPattern, InvalidArgumentError } from '@sparsek/types';
import { checkInteger, MAX_POSITION } from '../mask/check.js';
import type { MaskExpression } from '../mask/expression.js';

export interface VerticalSlash {
  /** Keys that every later query sees. Any order, duplicates allowed. */
  readonly vertical: ArrayLike<number>;
  /** Distances i - j of the visible diagonals. Any order, duplicates allowed. */
  readonly slash: ArrayLike<number>;
  /**
   * Widens the lines to square blocks of this many tokens: a block of queries and keys is visible (up to the causal
   * edge) when any line touches it. Default: exact lines, which leave almost no block full.
   */
  readonly block?: number;
}

/**
 * Vertical-slash mask of MInference (Jiang et al., NeurIPS 2024): causal, and j is one of the vertical keys or i - j is
 * one of the slash distances. The indices come from the model's own scores.
 */
export function verticalSlash({ vertical, slash, block }: VerticalSlash): MaskExpression {
  const columns = sortedUnique(vertical, 'vertical');
  const distances = sortedUnique(slash, 'slash');
  if (block === undefined) return { kind: 'verticalSlash', columns, distances };
  checkInteger(block, 'block', 1);
  return { kind: 'verticalSlash', columns, distances, block };
}

/** The blocks that the lines touch, on and below the diagonal, for `keyLength` tokens. */
export function verticalSlashPattern(
  columns: Int32Array,
  distances: Int32Array,
  block: number,
  keyLength: number,
): BsrPattern {
  const size = Math.ceil(keyLength / block);
  const vertical = new Uint8Array(size);
  for (const column of columns) if (column < keyLength) vertical[Math.floor(column / block)] = 1;
  // A distance lies in the block distance below it and, unless it is a multiple, in the one above.
  const slash = new Uint8Array(size + 1);
  for (const distance of distances) {
    const below = Math.floor(distance / block);
    if (below < size) slash[below] = 1;
    if (below < size && distance % block > 0) slash[below + 1] = 1;
  }
  const indptr = new Int32Array(size + 1);
  const indices: number[] = [];
  for (let r = 0; r < size; r++) {
    for (let c = 0; c <= r; c++) if (vertical[c] || slash[r - c]) indices.push(c);
    indptr[r + 1] = indices.length;
  }
  return {
    shape: [keyLength, keyLength],
    blockShape: [block, block],
    indptr,
    indices: Int32Array.from(indices),
  };
}

function sortedUnique(values: ArrayLike<number>, name: string): Int32Array {
  for (let n = 0; n < values.length; n++) {
    const value = values[n]!;
    if (!Number.isInteger(value) || value < 0 || value > MAX_POSITION) {
      throw new InvalidArgumentError(`${name}[${n}]`, 'an integer from 0 to 2^30', value);
    }
  }
  return Int32Array.from(new Set(Array.from(values))).sort();
}
