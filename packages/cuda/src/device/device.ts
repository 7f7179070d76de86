import { BackendUnavailableError } from '@sparsek/types';
import { chooseDevice } from '../driver/availability.js';
import { requireDriver } from '../driver/driver.js';
import { guard } from '../errors/guard.js';
import { findKernels } from '../kernels/find.js';
import { requireLimit } from '../memory/check.js';
import { allocate, type DeviceMemory, wrapAddress } from '../memory/device-memory.js';
import { allocatePinned, type PinnedMemory } from '../memory/pinned-memory.js';
import type { PoolStatistics } from '../native/binding.js';
import { type CudaEvent, createEvent, type EventOptions } from '../stream/event.js';
import { type CudaStream, createStream, type StreamOptions } from '../stream/stream.js';
import { type CudaDeviceInfo, readDevices } from './info.js';
import { type DeviceState, deviceState, register, streamState } from './state.js';

/** Sizes in bytes. */
export interface DeviceMemoryReport {
  /** Free on the device, by the driver's account of all processes. */
  readonly free: number;
  readonly total: number;
  /** SparseK's pool of device memory, of this thread. */
  readonly pool: PoolStatistics;
  /** SparseK's pool of page-locked host memory, of this thread. */
  readonly pinned: PoolStatistics;
}

export interface MemoryLimits {
  /** Most bytes of device memory that the pool may hold. */
  readonly device?: number;
  /** Most bytes of page-locked host memory that the pool may hold. */
  readonly pinned?: number;
}

/** A GPU, used through its primary context, which it shares with other CUDA libraries of the process. */
export interface CudaDevice extends Disposable {
  readonly info: CudaDeviceInfo;
  /** The stream that is used where none is named. */
  readonly stream: CudaStream;
  createStream(options?: StreamOptions): CudaStream;
  createEvent(options?: EventOptions): CudaEvent;
  /** Pool memory, usable at once on `stream`. Content undefined. Throws an `OutOfMemoryError`. */
  allocate(bytes: number, stream?: CudaStream): DeviceMemory;
  /** Page-locked host memory. Content undefined. Throws an `OutOfMemoryError`. */
  allocatePinned(bytes: number): PinnedMemory;
  /** Memory that another library of the process owns. */
  wrapAddress(address: bigint, bytes: number): DeviceMemory;
  memory(): DeviceMemoryReport;
  /** Gives memory that is kept for reuse back to the driver; returns the bytes given back. Waits for the device. */
  trim(): number;
  limitMemory(limits: MemoryLimits): void;
}

export interface DeviceOptions {
  /** Default: the first supported device. */
  readonly ordinal?: number;
  readonly limits?: MemoryLimits;
}

/**
 * Opens a GPU for this thread.
 *
 * @throws BackendUnavailableError when there is no driver, no such device, or SparseK has no code for it.
 */
export function openDevice(options: DeviceOptions = {}): CudaDevice {
  const binding = requireDriver();
  const info = chooseDevice(readDevices(binding), options.ordinal);
  if (typeof info === 'string') throw new BackendUnavailableError('cuda', info);
  const kernels = findKernels();
  const folder = kernels.found ? kernels.folder : '';
  const state: DeviceState = {
    kind: 'device',
    binding,
    info,
    handle: guard('open a device', () => binding.openDevice(info.ordinal, folder)),
  };
  const device = publicDevice(state);
  if (options.limits) device.limitMemory(options.limits);
  return device;
}

/** Every device that the driver shows. @throws BackendUnavailableError when there is no usable driver. */
export function listDevices(): readonly CudaDeviceInfo[] {
  return readDevices(requireDriver());
}

function publicDevice(state: DeviceState): CudaDevice {
  const { binding } = state;
  const stream = createStream(state);
  const device: CudaDevice = {
    info: state.info,
    stream,
    createStream: (options) => createStream(deviceState(device), options),
    createEvent: (options) => createEvent(deviceState(device), options),
    allocate: (bytes, on = stream) => allocate(streamState(on), bytes),
    allocatePinned: (bytes) => allocatePinned(deviceState(device), bytes),
    wrapAddress: (address, bytes) => wrapAddress(deviceState(device), address, bytes),
    memory() {
      const { handle } = deviceState(device);
      return guard('read memory statistics', () => ({
        ...binding.deviceMemory(handle),
        pool: binding.poolStatistics(handle, false),
        pinned: binding.poolStatistics(handle, true),
      }));
    },
    trim() {
      const { handle } = deviceState(device);
      return guard(
        'trim memory',
        () => binding.trimPool(handle, false, 0) + binding.trimPool(handle, true, 0),
      );
    },
    limitMemory(limits) {
      const { handle } = deviceState(device);
      for (const [key, pinned] of [
        ['device', false],
        ['pinned', true],
      ] as const) {
        const bytes = limits[key];
        if (bytes === undefined) continue;
        requireLimit(`limits.${key}`, bytes);
        const most = Math.min(bytes, Number.MAX_SAFE_INTEGER);
        guard('limit memory', () => binding.limitPool(handle, pinned, most));
      }
    },
    [Symbol.dispose]() {
      const { handle } = state;
      if (handle === undefined) return;
      stream[Symbol.dispose]();
      state.handle = undefined;
      binding.dropDevice(handle);
    },
  };
  return register(device, state);
}
