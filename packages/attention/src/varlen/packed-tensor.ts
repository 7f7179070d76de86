import { allocateValues } from '@sparsek/bsr';
import { type AttentionTensor, type Dtype, InvalidArgumentError, type Values } from '@sparsek/types';
import { requireExtents } from '../run/require-extents.js';

/** The tokens of all sequences of a batch, one after the other, without padding: `[tokens, heads, dim]`, row-major. */
export interface PackedTensor<D extends Dtype = Dtype> {
  readonly shape: readonly [tokens: number, heads: number, dim: number];
  readonly dtype: D;
  readonly values: Values<D>;
}

export function requirePacked(tensor: PackedTensor, name: string): void {
  requireExtents(tensor, 3, 'a tensor of shape [tokens, heads, dim]', name);
}

/** Throws unless a tensor has this shape and dtype; `because` says where the number of tokens is from. */
export function requirePackedAs(
  tensor: PackedTensor,
  shape: PackedTensor['shape'],
  dtype: Dtype,
  name: string,
  because: string,
): void {
  requirePacked(tensor, name);
  if (tensor.shape.some((extent, axis) => extent !== shape[axis])) {
    throw new InvalidArgumentError(
      `${name}.shape`,
      `[${shape.join(', ')}], with the ${shape[0]} tokens of ${because},`,
      tensor.shape,
    );
  }
  if (tensor.dtype !== dtype)
    throw new InvalidArgumentError(`${name}.dtype`, `'${dtype}' as planned`, tensor.dtype);
}

export function emptyPacked(shape: PackedTensor['shape'], dtype: Dtype): PackedTensor {
  return { shape, dtype, values: allocateValues(dtype, shape[0] * shape[1] * shape[2]) };
}

/** `count` neighbouring sequences of equal length as one tensor of layout `bshd`, in the same memory. */
export function batchOf(
  { shape: [, heads, dim], dtype, values }: PackedTensor,
  begin: number,
  count: number,
  length: number,
): AttentionTensor {
  const token = heads * dim;
  return {
    shape: [count, length, heads, dim],
    dtype,
    values: values.subarray(begin * token, (begin + count * length) * token),
  };
}
