import type { AttentionTensor, Dtype } from '@sparsek/types';
import { decode } from '../numeric/values.js';

/** Up to this many values a tensor is decoded as a whole; from a longer one, only the tokens that are asked for. */
const WHOLE = 2 ** 22;

/** The vectors of a tensor's tokens as numbers. */
export interface TokenReader {
  readonly numbers: Float64Array;
  /** Where in `numbers` the vector is that starts at a place of the tensor; good until the next call. */
  at(start: number): number;
}

export function tokenReader(tensor: AttentionTensor, dtype: Dtype): TokenReader {
  const { values, shape } = tensor;
  if (values.length <= WHOLE) return { numbers: decode(values, dtype), at: (start) => start };
  const dim = shape[3];
  const numbers = new Float64Array(dim);
  return {
    numbers,
    at: (start) => {
      numbers.set(decode(values.subarray(start, start + dim), dtype));
      return 0;
    },
  };
}
