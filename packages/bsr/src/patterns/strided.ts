import { type BsrPattern, InvalidArgumentError } from '@sparsek/types';
import { checkCount, checkInteger, INT32_MAX } from '../check/arguments.js';
import { type PatternOptions, patternFromSpans, type Span } from './grid.js';

export interface StridedOptions extends PatternOptions {
  /** Blocks of the local window, the diagonal one included. */
  readonly local: number;
  /** Distance between vertical stripes, in blocks. */
  readonly stride: number;
  /** Columns c with (c + shift) % stride == stride - 1 are stripes; default 0. */
  readonly shift?: number;
}

/**
 * A local window and vertical stripes, both up to the diagonal: the strided pattern of Child et al., "Generating Long
 * Sequences with Sparse Transformers", 2019, in blocks. Phi-3-small uses it with a shift a head.
 */
export function stridedPattern(options: StridedOptions): BsrPattern {
  const { local, stride, shift = 0 } = options;
  checkCount(local, 'local');
  checkInteger(stride, 'stride', 1, INT32_MAX);
  checkCount(shift, 'shift');
  if (options.shape[0] > options.shape[1]) {
    throw new InvalidArgumentError('shape', 'at least as many columns as rows', options.shape);
  }
  const offset = Math.floor((options.shape[1] - options.shape[0]) / options.blockShape[1]);
  return patternFromSpans(options, (r) => {
    const diagonal = r + offset;
    const spans: Span[] = [[diagonal - local + 1, diagonal + 1]];
    const first = (((stride - 1 - shift) % stride) + stride) % stride;
    for (let c = first; c <= diagonal; c += stride) spans.push([c, c + 1]);
    return spans;
  });
}
