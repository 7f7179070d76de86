import type { BsrMatrix, BsrPattern, Dtype } from '@sparsek/types';
import { decode } from '../../numeric/values.js';
import type { Outcome } from '../trial.js';
import { firstFault, sameList } from './expect.js';

/** Reads a block-sparse result whose structure is known. */
export function readBlocks(output: BsrMatrix, pattern: BsrPattern, dtype: Dtype, computeMs: number): Outcome {
  const length = pattern.indices.length * pattern.blockShape[0] * pattern.blockShape[1];
  const fault = firstFault(
    !sameList(output.shape, pattern.shape) &&
      `expected shape [${pattern.shape}] but received [${output.shape}]`,
    !sameList(output.blockShape, pattern.blockShape) &&
      `expected block shape [${pattern.blockShape}] but received [${output.blockShape}]`,
    output.dtype !== dtype && `expected dtype ${dtype} but received ${output.dtype}`,
    !sameList(output.indptr, pattern.indptr) && 'the result has another indptr than it must have',
    !sameList(output.indices, pattern.indices) && 'the result has other indices than it must have',
    output.values.length !== length && `expected ${length} values but received ${output.values.length}`,
  );
  return { numbers: decode(output.values, output.dtype), computeMs, ...fault };
}

/** "block 3, row 1, column 5" for a stored value. */
export function blockPlace(pattern: BsrPattern): (element: number) => string {
  const [height, width] = pattern.blockShape;
  return (element) => {
    const inside = element % (height * width);
    return `block ${Math.floor(element / (height * width))}, row ${Math.floor(inside / width)}, column ${inside % width}`;
  };
}
