import { maskStatistics, statistics } from '@sparsek/bsr';
import { BYTES_PER_ELEMENT } from '@sparsek/types';
import type { CaseData } from './data.js';

/** What a case costs at least, whoever computes it. */
export interface Work {
  /** Share of blocks that are stored or visible. */
  readonly density: number;
  /** Floating-point operations on stored blocks or visible pairs only. */
  readonly usefulFlops: number;
  /** Floating-point operations of the same problem without sparsity. */
  readonly denseFlops: number;
  /** Fewest bytes moved: every input read once, every output written once. */
  readonly bytes: number;
}

export function workOf(data: CaseData): Work {
  switch (data.operation) {
    case 'spmm': {
      const [m, k] = data.a.shape;
      const n = data.b.shape[1];
      const { density, bytes } = statistics(data.a);
      const stored = data.a.values.length;
      const dense = (k * n + m * n) * BYTES_PER_ELEMENT[data.a.dtype];
      return { density, usefulFlops: 2 * stored * n, denseFlops: 2 * m * k * n, bytes: bytes + dense };
    }
    case 'attention': {
      const [batch, heads, queryLength, dim] = data.q.shape;
      const keyLength = data.mask.keyLength;
      const { visiblePairs, bytes } = maskStatistics(data.mask);
      const pairs = visiblePairs * ((batch * heads) / (data.mask.batches * data.mask.heads));
      const all = batch * heads * queryLength * keyLength;
      const elements = 2 * data.q.values.length + data.k.values.length + data.v.values.length;
      return {
        density: pairs / all,
        usefulFlops: 4 * pairs * dim,
        denseFlops: 4 * all * dim,
        bytes: elements * BYTES_PER_ELEMENT[data.q.dtype] + bytes,
      };
    }
    case 'convert': {
      const [m, k] = data.a.shape;
      const { density } = statistics(data.a);
      // Dense to BSR reads the dense matrix, BSR to dense writes it; stored blocks are written and read once each.
      const bytes = 2 * (m * k + data.a.values.length) * BYTES_PER_ELEMENT[data.a.dtype];
      return { density, usefulFlops: 0, denseFlops: 0, bytes };
    }
  }
}
