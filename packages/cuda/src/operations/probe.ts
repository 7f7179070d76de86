import { InvalidArgumentError, UnsupportedOperationError } from '@sparsek/types';
import type { CudaDevice } from '../device/device.js';
import { deviceState, streamState } from '../device/state.js';
import { guard } from '../errors/guard.js';
import type { DeviceMemory } from '../memory/device-memory.js';
import { type CudaStream, usedMemory } from '../stream/stream.js';

/**
 * What is measured: reads by plain loads, bulk copies or tensor copies, a copy, or matrix products. Those are of
 * instructions m64n256k16 with both operands in shared memory, unless the name says another n or that the left operand
 * lies in registers.
 */
export type ProbeName =
  | 'read'
  | 'bulk-read'
  | 'tensor-read'
  | 'copy'
  | 'multiply-f16'
  | 'multiply-bf16'
  | 'multiply-f16-n128'
  | 'multiply-f16-n64'
  | 'multiply-f16-n32'
  | 'multiply-f16-n16'
  | 'multiply-f16-registers'
  | 'multiply-f16-registers-n64';

export interface ProbeOperands {
  /** Read: a multiple of 16 KiB. Products read its first 144 KiB, again and again where it holds less. */
  readonly source: DeviceMemory;
  /** Written: as large as `source` for a copy, else 8 KiB a multiprocessor. */
  readonly target: DeviceMemory;
  /** How often the source is gone through; for products how often each thread block multiplies its tiles. */
  readonly passes: number;
}

/** What one launch does. */
export interface ProbeWork {
  /** Read and written. */
  readonly bytes: number;
  /** Floating-point operations. */
  readonly flops: number;
}

/**
 * Gives a kernel that does nothing but use one unit of the GPU to the stream, so that its time tells that unit's limit.
 * A source that fits the L2 cache measures the cache, a large one the device's memory.
 *
 * @throws UnsupportedOperationError on a GPU other than Hopper.
 * @throws InvalidArgumentError for operands of another size.
 */
export function launchProbe(
  device: CudaDevice,
  name: ProbeName,
  { source, target, passes }: ProbeOperands,
  on: CudaStream = device.stream,
): ProbeWork {
  const { binding } = deviceState(device);
  const stream = streamState(on);
  if (device.info.computeCapability !== '9.0') {
    throw new UnsupportedOperationError(`Expected a Hopper GPU for a probe but received ${device.info.name}`);
  }
  if (source.bytes === 0 || source.bytes % CHUNK !== 0) {
    throw new InvalidArgumentError('source', `a multiple of ${CHUNK} bytes`, source.bytes);
  }
  if (!(Number.isSafeInteger(passes) && passes > 0 && passes < 2 ** 31)) {
    throw new InvalidArgumentError('passes', 'a positive 32-bit integer', passes);
  }
  const written = name === 'copy' ? source.bytes : TARGET_BYTES * device.info.multiprocessors;
  if (target.bytes < written) {
    throw new InvalidArgumentError('target', `at least ${written} bytes`, target.bytes);
  }
  const from = usedMemory(stream, source, 'source').address;
  const to = usedMemory(stream, target, 'target').address;
  return guard('probe', () =>
    binding.runProbe(stream.handle, name, source.bytes, passes, from, to, target.bytes),
  );
}

/** What thread blocks share out (kernels/cuda/probe/probe_params.h). */
const CHUNK = 16_384;
/** A word for each thread of a multiprocessor. */
const TARGET_BYTES = 8192;
