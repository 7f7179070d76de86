import { type AttentionLayout, type AttentionTensor, type Dtype, InvalidArgumentError } from '@sparsek/types';
import { requireExtents } from './require-extents.js';

/** Extents of an attention problem. */
export interface AttentionExtents {
  readonly batch: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly queryLength: number;
  readonly keyLength: number;
  readonly headDim: number;
  readonly valueDim: number;
}

/** Q, K and V, in one layout and dtype. */
export interface QueryKeyValue {
  /** `[batch, heads, queryLength, headDim]`, or `[batch, queryLength, heads, headDim]` for layout `bshd`. */
  readonly q: AttentionTensor;
  /** `[batch, kvHeads, keyLength, headDim]`, axes as in Q; heads is a multiple of kvHeads. */
  readonly k: AttentionTensor;
  /** `[batch, kvHeads, keyLength, valueDim]`, axes as in Q. */
  readonly v: AttentionTensor;
}

/** What the shapes of Q, K and V say. Throws where they contradict each other, with both shapes. */
export function inferExtents(
  { q, k, v }: QueryKeyValue,
  layout: AttentionLayout,
): AttentionExtents & { dtype: Dtype } {
  const axes = axesOf(layout);
  requireExtents(q, 4, 'a tensor with a shape of 4 extents', 'q');
  requireExtents(k, 4, 'a tensor with a shape of 4 extents', 'k');
  requireExtents(v, 4, 'a tensor with a shape of 4 extents', 'v');
  requireSame(k, q, axes.batch, 'k', 'q', 'batch');
  requireSame(k, q, axes.dim, 'k', 'q', 'head dimension');
  requireSame(v, k, axes.batch, 'v', 'k', 'batch');
  requireSame(v, k, axes.heads, 'v', 'k', 'heads');
  requireSame(v, k, axes.sequence, 'v', 'k', 'length');
  for (const [name, tensor] of [['k', k] as const, ['v', v] as const]) {
    if (tensor.dtype !== q.dtype)
      throw new InvalidArgumentError(`${name}.dtype`, `'${q.dtype}' as in q`, tensor.dtype);
  }
  const heads = q.shape[axes.heads];
  const kvHeads = k.shape[axes.heads];
  requireGroups(heads, kvHeads, `q of shape [${q.shape.join(', ')}]`);
  return {
    batch: q.shape[axes.batch],
    heads,
    kvHeads,
    queryLength: q.shape[axes.sequence],
    keyLength: k.shape[axes.sequence],
    headDim: q.shape[axes.dim],
    valueDim: v.shape[axes.dim],
    dtype: q.dtype,
  };
}

/** Throws unless query heads form whole groups of KV heads. */
export function requireGroups(heads: number, kvHeads: number, because: string): void {
  if (kvHeads < 1 || heads % kvHeads !== 0) {
    throw new InvalidArgumentError('kvHeads', `a divisor of the ${heads} query heads of ${because}`, kvHeads);
  }
}

/** Shape of a tensor with these extents in a layout. */
export function shapeIn(
  layout: AttentionLayout,
  batch: number,
  heads: number,
  length: number,
  dim: number,
): AttentionTensor['shape'] {
  return layout === 'bhsd' ? [batch, heads, length, dim] : [batch, length, heads, dim];
}

/** Throws unless a tensor has exactly this shape and dtype. */
export function requireTensor(
  tensor: AttentionTensor,
  shape: AttentionTensor['shape'],
  dtype: Dtype,
  name: string,
): void {
  requireExtents(tensor, 4, 'a tensor with a shape of 4 extents', name);
  if (tensor.shape.some((extent, axis) => extent !== shape[axis])) {
    throw new InvalidArgumentError(`${name}.shape`, `[${shape.join(', ')}] as planned`, tensor.shape);
  }
  if (tensor.dtype !== dtype)
    throw new InvalidArgumentError(`${name}.dtype`, `'${dtype}' as planned`, tensor.dtype);
}

export function requireLayout(layout: AttentionLayout): void {
  if (layout !== 'bhsd' && layout !== 'bshd')
    throw new InvalidArgumentError('layout', "'bhsd' or 'bshd'", layout);
}

interface Axes {
  readonly batch: 0;
  readonly heads: 1 | 2;
  readonly sequence: 1 | 2;
  readonly dim: 3;
}

function axesOf(layout: AttentionLayout): Axes {
  return layout === 'bhsd'
    ? { batch: 0, heads: 1, sequence: 2, dim: 3 }
    : { batch: 0, heads: 2, sequence: 1, dim: 3 };
}

function requireSame(
  tensor: AttentionTensor,
  other: AttentionTensor,
  axis: 0 | 1 | 2 | 3,
  name: string,
  otherName: string,
  what: string,
): void {
  if (tensor.shape[axis] === other.shape[axis]) return;
  const wanted = `${what} ${other.shape[axis]} (axis ${axis}) to fit ${otherName} of shape [${other.shape.join(', ')}]`;
  throw new InvalidArgumentError(`${name}.shape`, wanted, tensor.shape);
}
