import type { AttentionLayout } from '@sparsek/types';
import type { NativeView } from '../../native/binding.js';

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
