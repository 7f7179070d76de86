import { allocateValues } from '@sparsek/bsr';
import type { AttentionLayout, AttentionTensor, Values } from '@sparsek/types';
import type { NativeView } from '../../native/binding.js';

/** Rows must start at multiples of 16 bytes: 8 elements of a half type. */
const ALIGNED_ELEMENTS = 8;

/** One width for Q, K, V and O: the kernels' head dimension. Padding with zeros changes no score and no output. */
export function kernelDim(headDim: number, valueDim: number): number {
  return Math.ceil(Math.max(headDim, valueDim) / ALIGNED_ELEMENTS) * ALIGNED_ELEMENTS;
}

/** A tensor's values with rows widened by zeros; as they are when they have that width. */
export function widenRows(tensor: AttentionTensor, dim: number): Values {
  const [a, b, c, width] = tensor.shape;
  if (width === dim) return tensor.values;
  const wide = allocateValues(tensor.dtype, a * b * c * dim);
  for (let row = 0; row < a * b * c; row += 1) {
    wide.set(tensor.values.subarray(row * width, (row + 1) * width), row * dim);
  }
  return wide;
}

/** Copies the first columns of rows of `dim` into packed rows. */
export function narrowRows(wide: Values, dim: number, target: Values, width: number): void {
  for (let row = 0; row * dim < wide.length; row += 1) {
    target.set(wide.subarray(row * dim, row * dim + width), row * width);
  }
}

/** Address and strides of a packed tensor. */
export function tensorView(
  layout: AttentionLayout,
  address: bigint,
  heads: number,
  length: number,
  dim: number,
): NativeView {
  return layout === 'bhsd'
    ? [address, dim, length * dim, heads * length * dim]
    : [address, heads * dim, dim, heads * length * dim];
}
