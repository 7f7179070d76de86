import { DisposedError, InvalidArgumentError, OutOfMemoryError } from '@sparsek/types';
import { describe, expect, it } from 'vitest';
import { openDevice } from '../src/index.js';
import { useDriverDouble } from './driver-double/use.js';

const double = useDriverDouble();
const MiB = 2 ** 20;

describe('device memory', () => {
  it('is reused by the stream that freed it, without asking the driver', () => {
    using device = openDevice();
    const first = device.allocate(1000);
    const { address } = first;
    first[Symbol.dispose]();
    using second = device.allocate(1024);
    expect(second.address).toBe(address);
    expect(double.calls('cuMemAlloc_v2')).toEqual(['cuMemAlloc_v2 1024']);
    expect(device.memory().pool).toMatchObject({ used: 1024, held: 1024, allocations: 2, reuses: 1 });
  });

  it.each([
    [1, 512],
    [512, 512],
    [513, 1024],
    [5000, 5120],
    [9 * MiB + 1, 10 * MiB],
    [33 * MiB, 34 * MiB],
  ])('takes %i bytes from the driver in a piece of %i', (bytes, size) => {
    using device = openDevice();
    using memory = device.allocate(bytes);
    expect(memory.bytes).toBe(bytes);
    expect(double.calls('cuMemAlloc_v2')).toEqual([`cuMemAlloc_v2 ${size}`]);
  });

  it('costs nothing when it is empty', () => {
    using device = openDevice();
    using memory = device.allocate(0);
    expect(memory.address).toBe(0n);
    expect(double.calls('cuMemAlloc_v2')).toEqual([]);
  });

  it('goes to another stream only when the first has run dry', async () => {
    using device = openDevice();
    using other = device.createStream();
    const busy = device.allocate(4096);
    using held = double.hold();
    device.stream.fill(busy, 1);
    const { address } = busy;
    busy[Symbol.dispose]();
    using whileBusy = device.allocate(4096, other);
    expect(whileBusy.address).not.toBe(address);
    held[Symbol.dispose]();
    while (!device.stream.isIdle()) await new Promise((resolve) => setTimeout(resolve, 1));
    using whenIdle = device.allocate(4096, other);
    expect(whenIdle.address).toBe(address);
  });

  it('is handed to another stream behind an event when the device is full', async () => {
    double.set({ MEMORY: MiB });
    using device = openDevice();
    using other = device.createStream();
    const all = device.allocate(MiB);
    using held = double.hold();
    device.stream.fill(all, 1);
    all[Symbol.dispose]();
    using again = device.allocate(MiB, other);
    held[Symbol.dispose]();
    const seen = await other.download(again.view(0, 4), new Uint8Array(4));
    expect([...seen]).toEqual([1, 1, 1, 1]);
  });

  it('survives the stream that used it', async () => {
    double.set({ DELAY_MS: 20 });
    using device = openDevice();
    const short = device.createStream();
    const memory = device.allocate(4096, short);
    short.fill(memory, 7);
    memory[Symbol.dispose]();
    short[Symbol.dispose]();
    using next = device.allocate(4096);
    device.stream.fill(next, 9);
    expect((await device.stream.download(next, new Uint8Array(4096)))[4095]).toBe(9);
  });

  it('is given back by trim, and not while it is in use', () => {
    using device = openDevice();
    using kept = device.allocate(2 * MiB);
    device.allocate(MiB)[Symbol.dispose]();
    expect(device.trim()).toBe(MiB);
    expect(device.memory().pool).toMatchObject({ used: 2 * MiB, held: 2 * MiB, peakHeld: 3 * MiB });
    expect(kept.bytes).toBe(2 * MiB);
  });

  it('is given back by the pool itself when the driver has no more', () => {
    double.set({ MEMORY: 4 * MiB });
    using device = openDevice();
    device.allocate(3 * MiB)[Symbol.dispose]();
    using larger = device.allocate(4 * MiB);
    expect(larger.bytes).toBe(4 * MiB);
    expect(device.memory().pool.held).toBe(4 * MiB);
  });

  it('says what was asked for, free and held when it runs out', () => {
    double.set({ MEMORY: 4 * MiB });
    using device = openDevice();
    using held = device.allocate(3 * MiB);
    expect(held.bytes).toBe(3 * MiB);
    const run = () => device.allocate(2 * MiB);
    expect(run).toThrow(OutOfMemoryError);
    expect(run).toThrow(
      "allocate device memory: requested 2.0 MiB, but 1.0 MiB are free on the device; SparseK's pool holds 3.0 MiB, of which 3.0 MiB are in use",
    );
    try {
      run();
    } catch (error) {
      expect(OutOfMemoryError.isInstance(error) && error.memory).toEqual({
        requested: 2 * MiB,
        free: MiB,
        held: 3 * MiB,
      });
    }
    expect(device.memory().free).toBe(MiB);
  });

  it('keeps to its limit', () => {
    using device = openDevice({ limits: { device: 2 * MiB } });
    device.allocate(MiB + 1)[Symbol.dispose]();
    using fits = device.allocate(2 * MiB);
    expect(device.memory().pool).toMatchObject({ held: 2 * MiB, limit: 2 * MiB });
    expect(() => device.allocate(1)).toThrow(/requested 1 bytes, but the pool's limit is 2\.0 MiB/);
    device.limitMemory({ device: Number.POSITIVE_INFINITY });
    using more = device.allocate(1);
    expect(device.memory().pool.limit).toBe(Number.POSITIVE_INFINITY);
    expect([fits.bytes, more.bytes]).toEqual([2 * MiB, 1]);
  });

  it('is freed by the garbage collector when nobody disposed it', async () => {
    using device = openDevice();
    (() => device.allocate(MiB))();
    expect(device.memory().pool.used).toBe(MiB);
    const collect: unknown = Reflect.get(globalThis, 'gc');
    if (typeof collect !== 'function') throw new Error('The tests need --expose-gc');
    for (let i = 0; i < 20 && device.memory().pool.used > 0; i += 1) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(device.memory().pool.used).toBe(0);
  });

  it('cannot be used after it was disposed', () => {
    using device = openDevice();
    const memory = device.allocate(64);
    const view = memory.view(32, 32);
    expect(view.address).toBe(memory.address + 32n);
    memory[Symbol.dispose]();
    memory[Symbol.dispose]();
    expect(() => memory.address).toThrow(DisposedError);
    expect(() => device.stream.fill(view, 0)).toThrow(DisposedError);
    expect(device.memory().pool.used).toBe(0);
  });

  it('outlives a view of it', () => {
    using device = openDevice();
    using memory = device.allocate(64);
    const view = memory.view(0, 8);
    view[Symbol.dispose]();
    expect(() => view.address).toThrow(DisposedError);
    expect(memory.address).not.toBe(0n);
  });

  it('checks the bounds of views and sizes', () => {
    using device = openDevice();
    using memory = device.allocate(64);
    expect(() => memory.view(60, 8)).toThrow('Expected at most 64 for offset + bytes but received 68');
    expect(() => memory.view(-1, 8)).toThrow(InvalidArgumentError);
    expect(() => device.allocate(1.5)).toThrow('Expected a whole number from 0 for bytes but received 1.5');
    expect(() => device.allocate(Number.NaN)).toThrow(InvalidArgumentError);
  });
});

describe('memory of others', () => {
  it('is taken by address when the driver knows it', async () => {
    using device = openDevice();
    using owner = device.allocate(512);
    using wrapped = device.wrapAddress(owner.address + 256n, 256);
    device.stream.fill(wrapped, 5);
    const seen = await device.stream.download(owner, new Uint8Array(512));
    expect([seen[256], seen[511]]).toEqual([5, 5]);
    wrapped[Symbol.dispose]();
    expect(owner.bytes).toBe(512);
  });

  it('is refused when it reaches too far, lies elsewhere or is unknown', () => {
    using device = openDevice();
    using second = openDevice({ ordinal: 1 });
    using owner = device.allocate(512);
    expect(() => device.wrapAddress(owner.address + 1n, 512)).toThrow(/the driver knows 512 bytes from 0x/);
    expect(() => second.wrapAddress(owner.address, 512)).toThrow(/memory of device 1 .*on device 0/);
    expect(() => device.wrapAddress(12n, 1)).toThrow(/no device memory/);
  });
});

describe('pinned memory', () => {
  it('is page-locked for every device, and reused', () => {
    using device = openDevice();
    const first = device.allocatePinned(1 * MiB);
    expect(first.buffer.byteLength).toBe(MiB);
    expect(double.calls('cuMemHostAlloc')).toEqual([`cuMemHostAlloc ${MiB} 1`]);
    expect(device.memory().pinned).toMatchObject({ used: MiB, held: MiB });
    first[Symbol.dispose]();
    expect(first.buffer.byteLength).toBe(0);
  });

  it('is uploaded from and downloaded to without staging', async () => {
    using device = openDevice();
    using memory = device.allocate(16);
    using source = device.allocatePinned(16);
    using target = device.allocatePinned(16);
    new Uint8Array(source.buffer).fill(3);
    device.stream.upload(memory, new Uint8Array(source.buffer));
    await device.stream.download(memory, new Uint8Array(target.buffer));
    expect([...new Uint8Array(target.buffer)]).toEqual(Array(16).fill(3));
    expect(device.memory().pinned.allocations).toBe(2);
  });

  it('stays until a copy in flight is done', async () => {
    using device = openDevice();
    using memory = device.allocate(16);
    const target = device.allocatePinned(16);
    const array = new Uint8Array(target.buffer);
    using held = double.hold();
    device.stream.fill(memory, 8);
    const copy = device.stream.download(memory, array);
    target[Symbol.dispose]();
    expect(array.length).toBe(16);
    held[Symbol.dispose]();
    await copy;
    await new Promise((resolve) => setImmediate(resolve));
    expect(array.length).toBe(0);
  });

  it('keeps to its limit', () => {
    using device = openDevice({ limits: { pinned: MiB } });
    expect(() => device.allocatePinned(2 * MiB)).toThrow(
      /allocate pinned memory: requested 2\.0 MiB.*limit is 1\.0 MiB/,
    );
  });
});
