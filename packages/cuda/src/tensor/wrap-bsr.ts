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
import { holdPinned } from '../memory/pinned-memory.js';
import { type CudaStream, requireNotCapturing, usedMemory } from '../stream/stream.js';
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

/** `kMaxCheckReports` words of 8 bytes in kernels/cuda/convert/check_params.h; all bits of a report are set for none. */
const MOST_REPORT_BYTES = 256 * 8;
const NOTHING_FOUND = 0xffff_ffff;

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
  const check = validate
    ? checkOnDevice(device, stream, parts, [blockRows, blockColumns, blocks])
    : Promise.resolve();
  const [indptr, indices] = await Promise.all([
    stream.download(parts.indptr, new Int32Array(blockRows + 1)),
    stream.download(parts.indices, new Int32Array(blocks)),
    check,
  ]);
  return deviceBsr(device, { shape, blockShape, indptr, indices }, dtype, parts);
}

/** One kernel that reports to page-locked memory: nothing is cleared before it or copied after it. */
async function checkOnDevice(
  device: CudaDevice,
  on: CudaStream,
  parts: DeviceBsrParts,
  extents: readonly [blockRows: number, blockColumns: number, blocks: number],
): Promise<void> {
  const stream = streamState(on);
  const { binding } = stream.device;
  requireNotCapturing(stream, 'a check');
  using pinned = device.allocatePinned(MOST_REPORT_BYTES);
  const reports = new Uint32Array(pinned.buffer).fill(NOTHING_FOUND);
  const [indptr, indices] = [parts.indptr, parts.indices].map((memory) =>
    usedMemory(stream, memory, 'parts'),
  );
  guard('check a block-sparse matrix', () =>
    binding.launchCheck(stream.handle, indptr!.address, indices!.address, ...extents, reports),
  );
  const done = on.done();
  void holdPinned(pinned.buffer, done);
  await done;
  const fault = binding.describeCheck(reports, ...extents);
  if (fault !== '') throw new InvalidMatrixError(fault);
}

function requireBytes(name: string, memory: DeviceMemory, bytes: number): void {
  if (memory.bytes !== bytes) throw new InvalidArgumentError(name, `${bytes} bytes`, memory.bytes);
}
