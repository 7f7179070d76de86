import { BackendUnavailableError } from '@sparsek/types';
import type { NativeBinding } from '../native/binding.js';
import { findAddon } from '../native/load.js';

/** Names another driver library, for tests and unusual installations. */
const DRIVER_VARIABLE = 'SPARSEK_CUDA_DRIVER';
const DEFAULT_DRIVER = 'libcuda.so.1';

export type DriverSearch =
  | {
      readonly ready: true;
      readonly binding: NativeBinding;
      /** CUDA version that the driver supports, such as "13.0". */
      readonly version: string;
    }
  | { readonly ready: false; readonly reason: string };

let opened: { readonly path: string; readonly search: DriverSearch } | undefined;

/** The driver, opened once for each thread that runs JavaScript, or why it cannot be used. Never throws. */
export function findDriver(): DriverSearch {
  const path = process.env[DRIVER_VARIABLE] ?? DEFAULT_DRIVER;
  if (opened?.path !== path) opened = { path, search: open(path) };
  return opened.search;
}

/** @throws BackendUnavailableError when the driver cannot be used. */
export function requireDriver(): NativeBinding {
  const search = findDriver();
  if (!search.ready) throw new BackendUnavailableError('cuda', search.reason);
  return search.binding;
}

/** CUDA version that the driver supports; empty when it cannot be used. */
export function driverVersion(): string {
  const search = findDriver();
  return search.ready ? search.version : '';
}

function open(path: string): DriverSearch {
  const addon = findAddon();
  if (!addon.found) return { ready: false, reason: addon.reason };
  const loaded = addon.binding.load(path);
  const version = versionText(loaded.version);
  const oldest = versionText(loaded.oldest);
  switch (loaded.status) {
    case 'ready':
      return { ready: true, binding: addon.binding, version };
    case 'no-library':
      return {
        ready: false,
        reason: `no NVIDIA driver was found (${loaded.detail}); install the driver of your GPU`,
      };
    case 'too-old':
      return {
        ready: false,
        reason: `the NVIDIA driver supports CUDA ${version} and SparseK needs ${oldest} or newer; update the driver`,
      };
    case 'missing-function':
      return {
        ready: false,
        reason: `the NVIDIA driver (CUDA ${version}) lacks ${loaded.detail}; update the driver`,
      };
    case 'init-failed':
      return { ready: false, reason: initReason(loaded.result) };
  }
}

function initReason(result: string): string {
  const remedy: Readonly<Record<string, string>> = {
    CUDA_ERROR_NO_DEVICE:
      'the driver sees no GPU; check nvidia-smi and CUDA_VISIBLE_DEVICES, and in a container that GPUs are passed in',
    CUDA_ERROR_STUB_LIBRARY:
      'the libcuda.so.1 that was found is a stub for linking; put the real driver first',
    CUDA_ERROR_SYSTEM_DRIVER_MISMATCH:
      'the driver library does not match the loaded kernel module; restart the machine after a driver update',
    CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE:
      'the forward-compatibility driver library does not support this GPU; use the installed driver',
  };
  return `cuInit failed with ${result}${remedy[result] ? `: ${remedy[result]}` : ''}`;
}

function versionText(version: number): string {
  return `${Math.floor(version / 1000)}.${Math.floor((version % 1000) / 10)}`;
}
