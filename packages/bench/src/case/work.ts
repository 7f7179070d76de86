import { maskStatistics, statistics } from '@sparsek/bsr';
import { type BlockMask, type BsrPattern, BYTES_PER_ELEMENT, type Dtype } from '@sparsek/types';
import { type CaseData, makePattern } from './data.js';
import { makeMask } from './masks.js';
import type { AttentionCase, BenchCase, ConvertCase, SpmmCase } from './schema.js';

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

/** Of data that were made. */
export function workOf(data: CaseData): Work {
  switch (data.operation) {
    case 'spmm':
      return productWork(data.a, data.a.dtype, data.b.shape[1]);
    case 'attention': {
      const [batch, heads, queryLength, headDim] = data.q.shape;
      const kvHeads = data.k.shape[1];
      return attentionWork(data.mask, { batch, heads, kvHeads, queryLength, headDim, dtype: data.q.dtype });
    }
    case 'convert':
      return conversionWork(data.a, data.a.dtype);
  }
}

/** Of a case whose data are not needed: only the places of its blocks are drawn, none of the values. */
export function workOfCase(benchCase: BenchCase): Work {
  switch (benchCase.operation) {
    case 'spmm':
      return productWork(patternOf(benchCase), benchCase.dtype, benchCase.n);
    case 'attention':
      return attentionWork(makeMask(benchCase), benchCase);
    case 'convert':
      return conversionWork(patternOf(benchCase), benchCase.dtype);
  }
}

const patternOf = ({ m, k, pattern, seed }: SpmmCase | ConvertCase) => makePattern([m, k], pattern, seed);

/** What is stored of the matrix itself; the padding of blocks at an edge is no work that anybody needs. */
function storage({ shape, blockShape, indptr, indices }: BsrPattern, dtype: Dtype) {
  const { density, bytes } = statistics({ shape, blockShape, indptr, indices });
  const elements = elementsInside({ shape, blockShape, indptr, indices });
  return { density, elements, bytes: bytes + elements * BYTES_PER_ELEMENT[dtype] };
}

function elementsInside({ shape, blockShape, indptr, indices }: BsrPattern): number {
  const [m, k] = shape;
  const [height, width] = blockShape;
  const lastColumn = Math.ceil(k / width) - 1;
  const beyond = (lastColumn + 1) * width - k;
  let elements = 0;
  for (let row = 0; row < indptr.length - 1; row++) {
    const rows = Math.min(height, m - row * height);
    for (let block = indptr[row]!; block < indptr[row + 1]!; block++) {
      elements += rows * (indices[block] === lastColumn ? width - beyond : width);
    }
  }
  return elements;
}

function productWork(pattern: BsrPattern, dtype: Dtype, n: number): Work {
  const [m, k] = pattern.shape;
  const { density, elements, bytes } = storage(pattern, dtype);
  const dense = (k * n + m * n) * BYTES_PER_ELEMENT[dtype];
  return { density, usefulFlops: 2 * elements * n, denseFlops: 2 * m * k * n, bytes: bytes + dense };
}

type AttentionExtent = Pick<
  AttentionCase,
  'batch' | 'heads' | 'kvHeads' | 'queryLength' | 'headDim' | 'dtype'
>;

function attentionWork(mask: BlockMask, extent: AttentionExtent): Work {
  const { batch, heads, kvHeads, queryLength, headDim, dtype } = extent;
  const { visiblePairs, bytes } = maskStatistics(mask);
  const pairs = visiblePairs * ((batch * heads) / (mask.batches * mask.heads));
  const all = batch * heads * queryLength * mask.keyLength;
  // Q and O, then K and V.
  const elements = 2 * batch * headDim * (heads * queryLength + kvHeads * mask.keyLength);
  return {
    density: pairs / all,
    usefulFlops: 4 * pairs * headDim,
    denseFlops: 4 * all * headDim,
    bytes: elements * BYTES_PER_ELEMENT[dtype] + bytes,
  };
}

function conversionWork(pattern: BsrPattern, dtype: Dtype): Work {
  const [m, k] = pattern.shape;
  const { density, elements } = storage(pattern, dtype);
  // Dense to BSR reads the dense matrix, BSR to dense writes it; stored blocks are written and read once each.
  const bytes = 2 * (m * k + elements) * BYTES_PER_ELEMENT[dtype];
  return { density, usefulFlops: 0, denseFlops: 0, bytes };
}
