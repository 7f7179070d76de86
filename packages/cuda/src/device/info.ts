import { guard } from '../errors/guard.js';
import type { NativeBinding, NativeDeviceInfo } from '../native/binding.js';

export interface CudaDeviceInfo {
  /** Position among the devices that the driver shows (CUDA_VISIBLE_DEVICES counts). */
  readonly ordinal: number;
  readonly name: string;
  readonly uuid: string;
  readonly pciAddress: string;
  /** Such as "9.0". */
  readonly computeCapability: string;
  /** Whether SparseK has code for it: compute capability 8.0 or newer. */
  readonly supported: boolean;
  readonly multiprocessors: number;
  readonly memoryBytes: number;
  readonly l2Bytes: number;
  /** Largest shared memory of one thread block, in bytes. */
  readonly sharedBytesPerBlock: number;
  /** Highest clocks, in MHz. */
  readonly clockMhz: number;
  readonly memoryClockMhz: number;
  readonly memoryBusBits: number;
}

export function readDevices(binding: NativeBinding): readonly CudaDeviceInfo[] {
  return guard('list devices', () => {
    const count = binding.deviceCount();
    return Array.from({ length: count }, (_, ordinal) => toInfo(binding.deviceProperties(ordinal)));
  });
}

export function toInfo(native: NativeDeviceInfo): CudaDeviceInfo {
  const { major, minor, clockKilohertz, memoryClockKilohertz, ...rest } = native;
  return {
    ...rest,
    computeCapability: `${major}.${minor}`,
    clockMhz: clockKilohertz / 1000,
    memoryClockMhz: memoryClockKilohertz / 1000,
  };
}
