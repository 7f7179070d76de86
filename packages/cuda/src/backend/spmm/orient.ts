import { reblock, transpose as transposeMatrix } from '@sparsek/bsr';
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

/** Block heights and widths that the kernels take as they are. */
const NATIVE_EXTENTS: readonly number[] = [64, 128];
const REBLOCKED: BlockShape = [64, 64];

export function orient({ pattern, dtype, side, transpose = false }: SpmmProblem): Orientation {
  const transposed = side === 'right';
  const flip = transpose !== transposed;
  const native = pattern.blockShape.every((extent) => NATIVE_EXTENTS.includes(extent));
  const arranged = (values: Values): BsrMatrix => {
    const matrix: BsrMatrix = { ...pattern, dtype, values };
    const flipped = flip ? transposeMatrix(matrix) : matrix;
    return native ? flipped : reblock(flipped, REBLOCKED, { keepZeros: true });
  };
  if (!flip && native) return { pattern, transposed, arrange: (values) => values, steps: [] };
  const zeros =
    dtype === 'f32' ? new Float32Array(valueCount(pattern)) : new Uint16Array(valueCount(pattern));
  return {
    pattern: arranged(zeros),
    transposed,
    arrange: (values) => arranged(values).values,
    steps: [...(flip ? ['transposed'] : []), ...(native ? [] : [`reblocked-${REBLOCKED.join('x')}`])],
  };
}
