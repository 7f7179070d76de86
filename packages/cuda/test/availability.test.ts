import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BackendUnavailableError } from '@sparsek/types';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { cudaAvailability, cudaSystem, listDevices, openCudaBackend, openDevice } from '../src/index.js';
import { useDriverDouble } from './driver-double/use.js';

const double = useDriverDouble();

function reason(choice?: { device: number }): string {
  const availability = cudaAvailability(choice);
  return availability.available ? `available on ${availability.device}` : availability.reason;
}

describe('cudaAvailability', () => {
  it('names the first supported device', () => {
    expect(cudaAvailability()).toEqual({ available: true, device: 'Fake GPU 0' });
    expect(cudaAvailability({ device: 1 })).toEqual({ available: true, device: 'Fake GPU 1' });
  });

  it('passes over a device that is too old', () => {
    double.set({ CAPABILITY: 75 });
    expect(cudaAvailability()).toEqual({ available: true, device: 'Fake GPU 1' });
    expect(reason({ device: 0 })).toMatch(
      'device 0, Fake GPU 0 (compute capability 7.5), is not supported; SparseK needs compute capability 8.0',
    );
  });

  it('says what to do when no driver is installed', () => {
    process.env.SPARSEK_CUDA_DRIVER = join(double.folder, 'absent.so');
    expect(reason()).toMatch(/no NVIDIA driver was found \(.*absent\.so.*\); install the driver of your GPU/);
    expect(() => openDevice()).toThrow(BackendUnavailableError);
  });

  it('says how old is too old', () => {
    double.set({ VERSION: 11080 });
    expect(reason()).toBe(
      'the NVIDIA driver supports CUDA 11.8 and SparseK needs 12.0 or newer; update the driver',
    );
  });

  it('explains why the driver sees no GPU', () => {
    double.set({ DEVICES: 0 });
    expect(reason()).toMatch(
      /CUDA_ERROR_NO_DEVICE: the driver sees no GPU; check nvidia-smi and CUDA_VISIBLE/,
    );
  });

  it('explains a driver that does not match its kernel module', () => {
    double.set({ FAIL: 'cuInit:803' });
    expect(reason()).toMatch(/CUDA_ERROR_SYSTEM_DRIVER_MISMATCH: .* restart the machine/);
  });

  it('names the only device when it is not supported', () => {
    double.set({ DEVICES: 1, CAPABILITY: 61 });
    expect(reason()).toMatch('this machine has Fake GPU 0 (compute capability 6.1)');
    expect(() => openDevice()).toThrow(/compute capability 8\.0 or newer/);
  });

  it('names a device that does not exist', () => {
    expect(reason({ device: 7 })).toBe('there is no device 7; the driver shows 2');
  });

  it('says that the compiled kernels are missing, and still lists the devices', () => {
    rmSync(join(double.folder, 'manifest.json'));
    const system = cudaSystem();
    expect(reason()).toMatch(/no compiled kernels in .*, which SPARSEK_CUBINS names.*nvcc/);
    expect(system.driverVersion).toBe('13.0');
    expect(system.devices).toHaveLength(2);
  });

  it('names a compiled kernel that is missing', () => {
    const modules = [{ file: 'spmm.cubin', sha256: '00' }];
    writeFileSync(join(double.folder, 'manifest.json'), JSON.stringify({ modules }));
    expect(reason()).toMatch(/the compiled kernel .*spmm\.cubin is missing; install again/);
  });

  it('says that the list of kernels is damaged', () => {
    writeFileSync(join(double.folder, 'manifest.json'), '{"modules": [');
    expect(reason()).toMatch(/manifest\.json is damaged; install or build again/);
  });

  it('refuses to run kernels that are not those that were built', async () => {
    const modules = [{ file: 'spmm.cubin', sha256: '00' }];
    writeFileSync(join(double.folder, 'manifest.json'), JSON.stringify({ modules }));
    writeFileSync(join(double.folder, 'spmm.cubin'), 'damaged');
    await expect(openCudaBackend()).rejects.toThrow(/spmm\.cubin is not the one that was built/);
  });

  it('reports a driver call that fails instead of throwing', () => {
    double.set({ FAIL: 'cuDeviceGetCount:999' });
    expect(reason()).toMatch(/list devices: cuDeviceGetCount failed with CUDA result 999/);
  });

  it('does not start a context', () => {
    cudaAvailability();
    expect(double.calls('cuDevicePrimaryCtxRetain')).toEqual([]);
  });
});

describe('another platform', () => {
  const platform = process.platform;
  afterEach(() => {
    Object.defineProperty(process, 'platform', { value: platform });
    vi.resetModules();
  });

  it('is a reason too', async () => {
    Object.defineProperty(process, 'platform', { value: 'win32' });
    vi.resetModules();
    const fresh = await import('../src/index.js');
    expect(fresh.cudaAvailability()).toEqual({
      available: false,
      reason: `it needs Linux on x64, and this is win32-${process.arch}`,
    });
  });
});

describe('listDevices', () => {
  it('tells what each device is', () => {
    const [first, second] = listDevices();
    expect(first).toMatchObject({
      ordinal: 0,
      name: 'Fake GPU 0',
      uuid: 'GPU-a0a1a2a3-a4a5-a6a7-a8a9-aaabacadaeaf',
      pciAddress: '0000:1b:00.0',
      computeCapability: '9.0',
      supported: true,
      multiprocessors: 132,
      clockMhz: 1980,
    });
    expect(second).toMatchObject({ ordinal: 1, computeCapability: '8.0' });
  });
});
