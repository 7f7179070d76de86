import type { Dtype, Values } from './dtype.js';

/** Order of the axes of an attention tensor: `[batch, heads, seq, dim]` or `[batch, seq, heads, dim]`. */
export type AttentionLayout = 'bhsd' | 'bshd';

/** A tightly packed, row-major attention tensor. `shape` follows the axes of its layout. */
export interface AttentionTensor<D extends Dtype = Dtype> {
  readonly shape: readonly [number, number, number, number];
  readonly dtype: D;
  readonly values: Values<D>;
}
