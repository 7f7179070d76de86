import { checkDense } from '@sparsek/bsr';
import {
  type BsrMatrix,
  type BsrPattern,
  type DenseMatrix,
  type Dtype,
  InvalidArgumentError,
  type Shape,
} from '@sparsek/types';

/** Throws unless `value` has the arrays of a block-sparse structure; their content is the backend's to check. */
export function requireSparse(value: BsrPattern, name: string): void {
  if (!isSparse(value))
    throw new InvalidArgumentError(name, 'a block-sparse matrix (with indptr and indices)', value);
}

export function requireDense(value: DenseMatrix, name: string): void {
  if (isSparse(value)) throw new InvalidArgumentError(name, 'a dense matrix', value);
  checkDense(value, name);
}

export function isSparse(value: unknown): value is BsrMatrix {
  return typeof value === 'object' && value !== null && 'indptr' in value && 'indices' in value;
}

export function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}

export function requireDtype(received: Dtype, wanted: Dtype, name: string, of: string): void {
  if (received !== wanted)
    throw new InvalidArgumentError(`${name}.dtype`, `'${wanted}' as in ${of}`, received);
}

/** Throws unless a dimension of one operand fits the other; the message tells both shapes. */
export function requireExtent(
  shape: Shape,
  axis: 0 | 1,
  wanted: number,
  name: string,
  because: string,
): void {
  if (shape[axis] !== wanted) {
    throw new InvalidArgumentError(
      `${name}.shape`,
      `${wanted} ${axis === 0 ? 'rows' : 'columns'} to fit ${because}`,
      shape,
    );
  }
}

export function describeShape(name: string, shape: Shape): string {
  return `${name} of shape [${shape.join(', ')}]`;
}
