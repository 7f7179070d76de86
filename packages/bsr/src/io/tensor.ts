import { type Dtype, InvalidArgumentError, type Values } from '@sparsek/types';
import { checkDtype, checkObject, checkValuesType } from '../check/arguments.js';

/** A dense array of any number of axes, tightly packed, the last axis varying fastest. */
export interface Tensor<D extends Dtype = Dtype> {
  readonly shape: readonly number[];
  readonly dtype: D;
  readonly values: Values<D>;
}

export function elementCount(shape: readonly number[]): number {
  return shape.includes(0) ? 0 : shape.reduce((product, extent) => product * extent, 1);
}

export function checkTensor(tensor: Tensor, name: string): void {
  checkObject(tensor, name, 'a tensor { shape, dtype, values }');
  checkDtype(tensor.dtype, `${name}.dtype`);
  checkValuesType(tensor.values, tensor.dtype, `${name}.values`);
  const { shape } = tensor;
  if (!Array.isArray(shape) || !shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0)) {
    throw new InvalidArgumentError(`${name}.shape`, 'a list of integers that are not negative', shape);
  }
  if (tensor.values.length !== elementCount(shape)) {
    throw new InvalidArgumentError(
      `${name}.values`,
      `${elementCount(shape)} values (${shape.join(' x ')})`,
      tensor.values,
    );
  }
}

/** Values whose first axis varies fastest, brought into the order in which the last axis does; a new array. */
export function lastAxisFastest<T extends Float32Array | Float64Array | Uint16Array>(
  values: T,
  shape: readonly number[],
): T {
  const result = values.slice() as T;
  const strides = shape.map((_, axis) => elementCount(shape.slice(0, axis)));
  const index = shape.map(() => 0);
  for (let to = 0, from = 0; to < values.length; to++) {
    result[to] = values[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      index[axis]!++;
      if (index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}
