import type { Availability } from '@sparsek/types';
import { type CudaDeviceInfo, readDevices } from '../device/info.js';
import { findKernels } from '../kernels/find.js';
import { findDriver } from './driver.js';

/** What there is of CUDA on this machine, for reports. */
export interface CudaSystem {
  readonly availability: Availability;
  /** CUDA version that the driver supports; absent when it cannot be used. */
  readonly driverVersion?: string;
  /** Every device that the driver shows, supported or not. */
  readonly devices: readonly CudaDeviceInfo[];
}

export interface CudaChoice {
  /** Ordinal of the device. Default: the first supported one. */
  readonly device?: number;
}

/** Whether the CUDA backend can be used here, on which device, or why not. Quick; never throws and never prints. */
export function cudaAvailability(choice: CudaChoice = {}): Availability {
  return cudaSystem(choice).availability;
}

/** As {@link cudaAvailability}, with everything that was found on the way. Never throws. */
export function cudaSystem(choice: CudaChoice = {}): CudaSystem {
  const driver = findDriver();
  if (!driver.ready) return unavailable(driver.reason);
  let devices: readonly CudaDeviceInfo[];
  try {
    devices = readDevices(driver.binding);
  } catch (error) {
    return {
      ...unavailable(error instanceof Error ? error.message : String(error)),
      driverVersion: driver.version,
    };
  }
  const found = { driverVersion: driver.version, devices };
  const chosen = chooseDevice(devices, choice.device);
  if (typeof chosen === 'string') return { ...found, availability: { available: false, reason: chosen } };
  const kernels = findKernels();
  if (!kernels.found) return { ...found, availability: { available: false, reason: kernels.reason } };
  return { ...found, availability: { available: true, device: chosen.name } };
}

/** The device asked for or the first supported one; a text says why there is none. */
export function chooseDevice(
  devices: readonly CudaDeviceInfo[],
  ordinal: number | undefined,
): CudaDeviceInfo | string {
  if (devices.length === 0) return 'the driver shows no GPU; check nvidia-smi and CUDA_VISIBLE_DEVICES';
  const described = devices.map(
    (device) => `${device.name} (compute capability ${device.computeCapability})`,
  );
  if (ordinal === undefined) {
    const supported = devices.find((device) => device.supported);
    return (
      supported ??
      `SparseK needs compute capability 8.0 or newer, and this machine has ${described.join(', ')}`
    );
  }
  const device = devices[ordinal];
  if (device === undefined) return `there is no device ${ordinal}; the driver shows ${devices.length}`;
  return device.supported
    ? device
    : `device ${ordinal}, ${described[ordinal]}, is not supported; SparseK needs compute capability 8.0 or newer`;
}

function unavailable(reason: string): CudaSystem {
  return { availability: { available: false, reason }, devices: [] };
}
