import { allocateValues, reblock, transpose as transposeMatrix } from '@sparsek/bsr';
import type { BlockShape, BsrMatrix, BsrPattern, SpmmProblem, Values } from '@sparsek/types';
import { valueCount } from './check.js';

/**
 * How a product becomes the one that the kernels compute: X = P Y with P block-sparse on the left. A product with A on
 * the right is the transpose of one with A's transpose on the left: then Y and X are read and written transposed.
 */
export interface Orientation {
  /** P, in the kernel's block shape. */
  readonly pattern: BsrPattern;
  /** Y is the dense matrix's transpose, and X the result's. */
  readonly transposed: boolean;
  /** P's values from A's. */
  arrange(values: Values): Values;
  /** Extra steps on the host in every run, for the plan's name. */
  readonly steps: readonly string[];
}

/** Blocks that every kernel family takes, for patterns in blocks that none takes. */
export const REBLOCKED: BlockShape = [64, 64];

/** @param blockShape - Of P; absent: that of the problem's pattern. */
export function orient(
  { pattern, dtype, side, transpose = false }: SpmmProblem,
  blockShape?: BlockShape,
): Orientation {
  const transposed = side === 'right';
  const flip = transpose !== transposed;
  const arranged = (values: Values): BsrMatrix => {
    const matrix: BsrMatrix = { ...pattern, dtype, values };
    const flipped = flip ? transposeMatrix(matrix) : matrix;
    return blockShape === undefined ? flipped : reblock(flipped, blockShape, { keepZeros: true });
  };
  if (!flip && blockShape === undefined) {
    return { pattern, transposed, arrange: (values) => values, steps: [] };
  }
  return {
    pattern: arranged(allocateValues(dtype, valueCount(pattern))),
    transposed,
    arrange: (values) => arranged(values).values,
    steps: [
      ...(flip ? ['transposed'] : []),
      ...(blockShape === undefined ? [] : [`reblocked-${blockShape.join('x')}`]),
    ],
  };
}
