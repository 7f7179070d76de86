import { BackendUnavailableError, DeviceError, DeviceLostError } from '@sparsek/types';
import { describe, expect, it } from 'vitest';
import { openDevice } from '../src/index.js';
import { useDriverDouble } from './driver-double/use.js';

const double = useDriverDouble();

describe('a driver call that fails', () => {
  it('is named with its result and the operation', () => {
    using device = openDevice();
    double.set({ FAIL: 'cuStreamCreateWithPriority:1' });
    const run = () => device.createStream();
    expect(run).toThrow(DeviceError);
    expect(run).toThrow('create a stream: cuStreamCreateWithPriority failed with CUDA_ERROR_INVALID_VALUE');
    try {
      run();
    } catch (error) {
      expect(DeviceError.isInstance(error) && error.failed).toEqual({
        call: 'cuStreamCreateWithPriority',
        result: 'CUDA_ERROR_INVALID_VALUE',
        operation: 'create a stream',
      });
    }
  });

  it('does not make the device unusable when its context is fine', async () => {
    using device = openDevice();
    using memory = device.allocate(4);
    double.set({ FAIL: 'cuMemsetD8Async:1' });
    expect(() => device.stream.fill(memory, 1)).toThrow(DeviceError);
    double.set({ FAIL: '' });
    device.stream.fill(memory, 2);
    expect((await device.stream.download(memory, new Uint8Array(4)))[0]).toBe(2);
  });

  it('is reported by its number when the driver has no name for it', () => {
    using device = openDevice();
    double.set({ FAIL: 'cuMemGetInfo_v2:12345' });
    expect(() => device.memory()).toThrow(
      'read memory statistics: cuMemGetInfo failed with CUDA result 12345',
    );
  });

  it('leaves nothing open when the device cannot be opened', () => {
    double.set({ FAIL: 'cuDevicePrimaryCtxRetain:46' });
    expect(() => openDevice()).toThrow(/open a device: cuDevicePrimaryCtxRetain failed with CUDA result 46/);
    double.set({ FAIL: '' });
    using device = openDevice();
    expect(device.info.name).toBe('Fake GPU 0');
  });

  it('rejects a promise when the callback cannot be arranged', async () => {
    using device = openDevice();
    double.set({ FAIL: 'cuStreamAddCallback:1' });
    await expect(device.stream.done()).rejects.toThrow(/wait for a stream: cuStreamAddCallback failed/);
  });
});

describe('a fault on the device', () => {
  it('rejects the promise, then every later use says that the device is lost', async () => {
    const device = openDevice();
    const memory = device.allocate(4);
    double.set({ FAULT: 'fill:700' });
    device.stream.fill(memory, 1);
    await expect(device.stream.done()).rejects.toThrow(
      'wait for a stream: cuStreamAddCallback failed with CUDA_ERROR_ILLEGAL_ADDRESS',
    );
    double.forget();
    expect(() => device.stream.fill(memory, 1)).toThrow(DeviceLostError);
    expect(() => device.allocate(4)).toThrow(/CUDA_ERROR_ILLEGAL_ADDRESS.*start a new process/);
    await expect(device.stream.download(memory, new Uint8Array(4))).rejects.toThrow(DeviceLostError);
    expect(() => device.memory()).toThrow(DeviceLostError);
    expect(double.calls()).toEqual([]);
  });

  it('rejects a download that was under way, and gives no numbers', async () => {
    using device = openDevice();
    using memory = device.allocate(4);
    double.set({ FAULT: 'copy:719' });
    const target = new Uint8Array(4).fill(77);
    await expect(device.stream.download(memory, target)).rejects.toThrow(DeviceError);
    expect([...target]).toEqual([77, 77, 77, 77]);
    expect(() => device.stream.isIdle()).toThrow(DeviceLostError);
  });

  it('is noticed by a call that reports it at once', () => {
    using device = openDevice();
    using memory = device.allocate(4);
    double.set({ FAIL: 'cuMemsetD8Async:700' });
    expect(() => device.stream.fill(memory, 1)).toThrow(DeviceError);
    double.set({ FAIL: '' });
    expect(() => device.stream.fill(memory, 1)).toThrow(DeviceLostError);
  });

  it('leaves disposal possible', async () => {
    const device = openDevice();
    const memory = device.allocate(4);
    double.set({ FAULT: 'fill:700' });
    device.stream.fill(memory, 1);
    await expect(device.stream.done()).rejects.toThrow();
    memory[Symbol.dispose]();
    device[Symbol.dispose]();
    expect(double.calls('cuMemFree_v2')).toEqual([]);
  });
});

describe('an addon without its platform package', () => {
  it('is a reason, not a crash', () => {
    process.env.SPARSEK_CUDA_DRIVER = '/nowhere';
    expect(() => openDevice()).toThrow(BackendUnavailableError);
    expect(() => openDevice()).toThrow(/The cuda backend is not available: no NVIDIA driver was found/);
  });
});
