import { allocateValues, checkBsr } from '@sparsek/bsr';
import { type BsrMatrix, type BsrPattern, BYTES_PER_ELEMENT, type Dtype } from '@sparsek/types';
import type { CudaDevice } from '../device/device.js';
import type { DeviceMemory } from '../memory/device-memory.js';
import type { CudaStream } from '../stream/stream.js';

/** A block-sparse matrix in device memory. The structure is kept in host memory too, where plans are made. */
export interface DeviceBsr<D extends Dtype = Dtype> extends BsrPattern, Disposable {
  readonly dtype: D;
  readonly deviceIndptr: DeviceMemory;
  readonly deviceIndices: DeviceMemory;
  readonly deviceValues: DeviceMemory;
  /** A copy in host memory. */
  download(stream?: CudaStream): Promise<BsrMatrix<D>>;
}

/**
 * Copies a matrix to the device.
 *
 * @throws InvalidArgumentError or InvalidMatrixError for a malformed matrix.
 * @throws OutOfMemoryError
 */
export function uploadBsr<D extends Dtype>(
  device: CudaDevice,
  matrix: BsrMatrix<D>,
  stream: CudaStream = device.stream,
): DeviceBsr<D> {
  checkBsr(matrix);
  const { shape, blockShape, indptr, indices, dtype } = matrix;
  const copies: DeviceMemory[] = [];
  const dispose = () => {
    for (const copy of copies) copy[Symbol.dispose]();
  };
  const copy = (source: Int32Array | BsrMatrix['values']) => {
    const memory = device.allocate(source.byteLength, stream);
    copies.push(memory);
    stream.upload(memory, source);
    return memory;
  };
  try {
    const [deviceIndptr, deviceIndices, deviceValues] = [copy(indptr), copy(indices), copy(matrix.values)];
    return {
      shape,
      blockShape,
      indptr: indptr.slice(),
      indices: indices.slice(),
      dtype,
      deviceIndptr,
      deviceIndices,
      deviceValues,
      async download(from = device.stream) {
        const count = deviceValues.bytes / BYTES_PER_ELEMENT[dtype];
        const [rows, columns, values] = await Promise.all([
          from.download(deviceIndptr, new Int32Array(indptr.length)),
          from.download(deviceIndices, new Int32Array(indices.length)),
          from.download(deviceValues, allocateValues(dtype, count)),
        ]);
        return { shape, blockShape, indptr: rows, indices: columns, dtype, values };
      },
      [Symbol.dispose]: dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  }
}
