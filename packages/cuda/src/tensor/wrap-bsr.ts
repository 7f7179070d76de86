import { checkDtype } from '@sparsek/bsr/problem';
import {
  type BlockShape,
  BYTES_PER_ELEMENT,
  type Dtype,
  InvalidArgumentError,
  InvalidMatrixError,
  type Shape,
} from '@sparsek/types';
import type { CudaDevice } from '../device/device.js';
import { streamState } from '../device/state.js';
import { guard } from '../errors/guard.js';
import type { DeviceMemory } from '../memory/device-memory.js';
import { type CudaStream, usedMemory } from '../stream/stream.js';
import { type DeviceBsr, deviceBsr } from './bsr.js';

/** The parts of a block-sparse matrix in device memory: int32 `indptr` and `indices`, blocks row-major. */
export interface DeviceBsrParts<D extends Dtype = Dtype> {
  readonly shape: Shape;
  readonly blockShape: BlockShape;
  readonly dtype: D;
  readonly indptr: DeviceMemory;
  readonly indices: DeviceMemory;
  readonly values: DeviceMemory;
}

export interface WrapBsrOptions {
  /** Check the structure, on the device. Default true; with false, malformed parts give undefined results. */
  readonly validate?: boolean;
  readonly stream?: CudaStream;
}

/**
 * A matrix whose parts are in device memory already, such as those of another library. The structure is checked there
 * and copied to host memory, where plans are made. Disposing the matrix disposes its parts.
 *
 * @throws InvalidArgumentError for parts of the wrong size.
 * @throws InvalidMatrixError where the check finds the first fault; it names the place.
 */
export async function wrapBsr<D extends Dtype>(
  device: CudaDevice,
  parts: DeviceBsrParts<D>,
  options: WrapBsrOptions = {},
): Promise<DeviceBsr<D>> {
  const { shape, blockShape, dtype } = parts;
  const { validate = true, stream = device.stream } = options;
  checkDtype(dtype, 'dtype');
  const blockRows = Math.ceil(shape[0] / blockShape[0]);
  const blockColumns = Math.ceil(shape[1] / blockShape[1]);
  const blocks = parts.indices.bytes / Int32Array.BYTES_PER_ELEMENT;
  requireBytes('indptr', parts.indptr, (blockRows + 1) * Int32Array.BYTES_PER_ELEMENT);
  if (!Number.isInteger(blocks))
    throw new InvalidArgumentError('indices', 'a multiple of 4 bytes', parts.indices.bytes);
  requireBytes('values', parts.values, blocks * blockShape[0] * blockShape[1] * BYTES_PER_ELEMENT[dtype]);
  if (validate) await checkOnDevice(device, stream, parts, [blockRows, blockColumns, blocks]);
  const [indptr, indices] = await Promise.all([
    stream.download(parts.indptr, new Int32Array(blockRows + 1)),
    stream.download(parts.indices, new Int32Array(blocks)),
  ]);
  return deviceBsr(device, { shape, blockShape, indptr, indices }, dtype, parts);
}

async function checkOnDevice(
  device: CudaDevice,
  on: CudaStream,
  parts: DeviceBsrParts,
  extents: readonly [blockRows: number, blockColumns: number, blocks: number],
): Promise<void> {
  const stream = streamState(on);
  const { binding } = stream.device;
  using outcome = device.allocate(8, on);
  const [indptr, indices, result] = [parts.indptr, parts.indices, outcome].map((memory) =>
    usedMemory(stream, memory, 'parts'),
  );
  guard('check a block-sparse matrix', () =>
    binding.launchCheck(stream.handle, indptr!.address, indices!.address, ...extents, result!.address),
  );
  const [low, high] = await on.download(outcome, new Uint32Array(2));
  const fault = binding.describeCheck((BigInt(high!) << 32n) | BigInt(low!), ...extents);
  if (fault !== '') throw new InvalidMatrixError(fault);
}

function requireBytes(name: string, memory: DeviceMemory, bytes: number): void {
  if (memory.bytes !== bytes) throw new InvalidArgumentError(name, `${bytes} bytes`, memory.bytes);
}
