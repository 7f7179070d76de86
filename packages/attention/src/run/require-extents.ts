import { type Dtype, InvalidArgumentError, type Values } from '@sparsek/types';

interface Tensor {
  readonly shape: readonly number[];
  readonly values: Values<Dtype>;
}

/** Throws unless a tensor has `extents` extents and as many values as they say; `described` says what would be right. */
export function requireExtents(tensor: Tensor, extents: number, described: string, name: string): void {
  if (
    typeof tensor !== 'object' ||
    tensor === null ||
    !Array.isArray(tensor.shape) ||
    tensor.shape.length !== extents
  ) {
    throw new InvalidArgumentError(name, described, tensor?.shape ?? tensor);
  }
  const size = tensor.shape.reduce((product, extent) => product * extent, 1);
  if (tensor.values?.length !== size) {
    throw new InvalidArgumentError(
      `${name}.values`,
      `${size} values for shape [${tensor.shape.join(', ')}]`,
      tensor.values,
    );
  }
}
