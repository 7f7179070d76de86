import { allocateValues, checkDense } from '@sparsek/bsr';
import {
  BYTES_PER_ELEMENT,
  type DenseMatrix,
  type Dtype,
  InvalidArgumentError,
  type Shape,
  type Values,
} from '@sparsek/types';
import type { CudaDevice } from '../device/device.js';
import type { DeviceMemory } from '../memory/device-memory.js';
import type { CudaStream } from '../stream/stream.js';

/** A dense matrix in device memory, in row order. */
export interface DeviceDense<D extends Dtype = Dtype> extends Disposable {
  readonly shape: Shape;
  readonly dtype: D;
  /** Distance between two rows, in elements. */
  readonly leadingDimension: number;
  /** From the first element to the last one. */
  readonly memory: DeviceMemory;
  /** Rows `[begin, end)` of the same memory. Disposing the view frees nothing. */
  rows(begin: number, end: number): DeviceDense<D>;
  /** Columns `[begin, end)` of the same memory. Disposing the view frees nothing. */
  columns(begin: number, end: number): DeviceDense<D>;
  /** A packed copy in host memory. Rows that are not packed are copied with what lies between them. */
  download(stream?: CudaStream): Promise<DenseMatrix<D>>;
}

interface Layout<D extends Dtype> {
  readonly shape: Shape;
  readonly dtype: D;
  readonly leadingDimension: number;
}

/** A packed matrix of undefined content. @throws OutOfMemoryError */
export function emptyDense<D extends Dtype>(
  device: CudaDevice,
  shape: Shape,
  dtype: D,
  stream: CudaStream = device.stream,
): DeviceDense<D> {
  const layout = { shape, dtype, leadingDimension: shape[1] };
  return dense(device, device.allocate(span(layout), stream), layout);
}

/**
 * Copies a row-order matrix to the device, with its leading dimension.
 *
 * @throws InvalidArgumentError or InvalidMatrixError for a malformed matrix, and for a column-order one: give the
 *   transposed matrix and say so to the operation.
 * @throws OutOfMemoryError
 */
export function uploadDense<D extends Dtype>(
  device: CudaDevice,
  matrix: DenseMatrix<D>,
  stream: CudaStream = device.stream,
): DeviceDense<D> {
  checkDense(matrix);
  if (matrix.order === 'column') throw new InvalidArgumentError('matrix.order', 'row', matrix.order);
  const { shape, dtype, leadingDimension = shape[1] } = matrix;
  const layout = { shape, dtype, leadingDimension };
  const elements = span(layout) / BYTES_PER_ELEMENT[dtype];
  const memory = device.allocate(span(layout), stream);
  stream.upload(memory, matrix.values.subarray(0, elements));
  return dense(device, memory, layout);
}

/** Bytes from the first element to the last one. */
function span<D extends Dtype>({ shape: [rows, columns], dtype, leadingDimension }: Layout<D>): number {
  return rows === 0 || columns === 0
    ? 0
    : ((rows - 1) * leadingDimension + columns) * BYTES_PER_ELEMENT[dtype];
}

function dense<D extends Dtype>(device: CudaDevice, memory: DeviceMemory, layout: Layout<D>): DeviceDense<D> {
  const { shape, dtype, leadingDimension } = layout;
  const width = BYTES_PER_ELEMENT[dtype];
  const part = (offset: number, size: Shape) => {
    const view = { shape: size, dtype, leadingDimension };
    return dense(device, memory.view(span(view) === 0 ? 0 : offset * width, span(view)), view);
  };
  return {
    ...layout,
    memory,
    rows(begin, end) {
      requireRange('rows', begin, end, shape[0]);
      return part(begin * leadingDimension, [end - begin, shape[1]]);
    },
    columns(begin, end) {
      requireRange('columns', begin, end, shape[1]);
      return part(begin, [shape[0], end - begin]);
    },
    async download(stream = device.stream) {
      const spread = await stream.download(memory, allocateValues(dtype, memory.bytes / width));
      return { shape, dtype, values: pack(spread, layout) };
    },
    [Symbol.dispose]: () => memory[Symbol.dispose](),
  };
}

function pack<D extends Dtype>(spread: Values<D>, { shape, dtype, leadingDimension }: Layout<D>): Values<D> {
  const [rows, columns] = shape;
  if (leadingDimension === columns || rows <= 1) return spread;
  const packed = allocateValues(dtype, rows * columns);
  for (let row = 0; row < rows; row += 1) {
    packed.set(spread.subarray(row * leadingDimension, row * leadingDimension + columns), row * columns);
  }
  return packed;
}

function requireRange(name: string, begin: number, end: number, extent: number): void {
  const valid =
    Number.isInteger(begin) && Number.isInteger(end) && 0 <= begin && begin <= end && end <= extent;
  if (!valid) throw new InvalidArgumentError(name, `a range within [0, ${extent})`, [begin, end]);
}
