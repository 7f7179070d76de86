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
  const { shape, blockShape, dtype } = matrix;
  const copies: DeviceMemory[] = [];
  const copy = (source: Int32Array | BsrMatrix['values']) => {
    const memory = device.allocate(source.byteLength, stream);
    copies.push(memory);
    stream.upload(memory, source);
    return memory;
  };
  try {
    const parts = { indptr: copy(matrix.indptr), indices: copy(matrix.indices), values: copy(matrix.values) };
    const pattern = { shape, blockShape, indptr: matrix.indptr.slice(), indices: matrix.indices.slice() };
    return deviceBsr(device, pattern, dtype, parts);
  } catch (error) {
    for (const memory of copies) memory[Symbol.dispose]();
    throw error;
  }
}

/** The object over parts that are known to fit together. */
export function deviceBsr<D extends Dtype>(
  device: CudaDevice,
  pattern: BsrPattern,
  dtype: D,
  parts: { readonly indptr: DeviceMemory; readonly indices: DeviceMemory; readonly values: DeviceMemory },
): DeviceBsr<D> {
  return Object.freeze({
    ...pattern,
    dtype,
    deviceIndptr: parts.indptr,
    deviceIndices: parts.indices,
    deviceValues: parts.values,
    async download(from: CudaStream = device.stream) {
      const [indptr, indices, values] = await Promise.all([
        from.download(parts.indptr, new Int32Array(pattern.indptr.length)),
        from.download(parts.indices, new Int32Array(pattern.indices.length)),
        from.download(parts.values, allocateValues(dtype, parts.values.bytes / BYTES_PER_ELEMENT[dtype])),
      ]);
      return { shape: pattern.shape, blockShape: pattern.blockShape, indptr, indices, dtype, values };
    },
    [Symbol.dispose]() {
      for (const memory of [parts.indptr, parts.indices, parts.values]) memory[Symbol.dispose]();
    },
  });
}
