import { setTimeout as sleep } from 'node:timers/promises';
import { DisposedError, InvalidArgumentError } from '@sparsek/types';
import { describe, expect, it } from 'vitest';
import { openDevice } from '../src/index.js';
import { useDriverDouble } from './driver-double/use.js';

const double = useDriverDouble();

describe('stream', () => {
  it('does its work in order', async () => {
    using device = openDevice();
    const { stream } = device;
    using memory = device.allocate(8);
    using copy = device.allocate(8);
    stream.upload(memory, Uint16Array.of(1, 2, 3, 4));
    stream.fill(memory.view(0, 4), 0xabcd, 2);
    stream.copy(copy, memory);
    stream.fill(memory, 0);
    const seen = await stream.download(copy, new Uint16Array(4));
    expect([...seen]).toEqual([0xabcd, 0xabcd, 3, 4]);
  });

  it('reads a pageable source before upload returns', async () => {
    double.set({ DELAY_MS: 10 });
    using device = openDevice();
    using memory = device.allocate(8);
    const source = Float32Array.of(1, 2);
    device.stream.upload(memory, source);
    source.fill(0);
    expect([...(await device.stream.download(memory, new Float32Array(2)))]).toEqual([1, 2]);
  });

  it('lets the event loop run while the device works', async () => {
    using device = openDevice();
    using memory = device.allocate(8);
    using held = double.hold();
    device.stream.fill(memory, 1);
    const done = device.stream.done();
    for (let turns = 0; turns < 4; turns++) await sleep(1);
    expect(device.stream.isIdle()).toBe(false);
    held[Symbol.dispose]();
    await done;
    // The promise settles from the stream's last item, which ends a moment after it has told.
    while (!device.stream.isIdle()) await sleep(1);
  });

  it('uses no processor time while it waits', async () => {
    double.set({ DELAY_MS: 150 });
    using device = openDevice();
    using memory = device.allocate(8);
    device.stream.fill(memory, 1);
    const before = process.cpuUsage();
    await device.stream.done();
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(100);
  });

  it('runs beside another stream, ordered by events', async () => {
    using device = openDevice();
    using other = device.createStream({ priority: -1 });
    expect(double.calls('cuStreamCreateWithPriority')).toContain('cuStreamCreateWithPriority 1 -1');
    using event = device.createEvent({ timing: false });
    using memory = device.allocate(4);
    using held = double.hold();
    device.stream.fill(memory, 1);
    device.stream.fill(memory, 2);
    device.stream.record(event);
    expect(event.hasPassed()).toBe(false);
    other.wait(event);
    held[Symbol.dispose]();
    const seen = await other.download(memory, new Uint8Array(4));
    expect(seen[0]).toBe(2);
    expect(event.hasPassed()).toBe(true);
  });

  it('times its work with events', async () => {
    double.set({ DELAY_MS: 20 });
    using device = openDevice();
    using start = device.createEvent();
    using end = device.createEvent();
    using memory = device.allocate(4);
    device.stream.record(start);
    device.stream.fill(memory, 1);
    device.stream.record(end);
    await device.stream.done();
    expect(end.elapsedSince(start)).toBeGreaterThan(15);
    using untimed = device.createEvent({ timing: false });
    expect(() => end.elapsedSince(untimed)).toThrow(InvalidArgumentError);
  });

  it('copies between devices', async () => {
    using first = openDevice();
    using second = openDevice({ ordinal: 1 });
    using source = first.allocate(4);
    using target = second.allocate(4);
    first.stream.upload(source, Uint8Array.of(1, 2, 3, 4));
    await first.stream.done();
    second.stream.copy(target, source);
    expect([...(await second.stream.download(target, new Uint8Array(4)))]).toEqual([1, 2, 3, 4]);
    expect(double.calls('cuMemcpyPeerAsync')).toHaveLength(1);
    expect(() => first.stream.fill(target, 0)).toThrow(/an object of the stream's device 0 for target/);
  });

  it('checks sizes and fills', async () => {
    using device = openDevice();
    using memory = device.allocate(6);
    expect(() => device.stream.upload(memory, new Uint8Array(5))).toThrow(
      'Expected 6 bytes for source but received 5',
    );
    await expect(device.stream.download(memory, new Uint8Array(7))).rejects.toThrow(
      'Expected 6 bytes for target',
    );
    expect(() => device.stream.fill(memory, 1, 4)).toThrow('Expected a divisor of 6 bytes for width');
    expect(() => device.stream.fill(memory, 256)).toThrow('a whole number below 2^8 for bits');
    const stranger: unknown = { bytes: 6 };
    expect(() => device.stream.fill(stranger as typeof memory, 1)).toThrow(
      /a device memory of @sparsek\/cuda/,
    );
  });

  it('cannot be used after it or its device was disposed', async () => {
    const device = openDevice();
    const stream = device.createStream();
    const memory = device.allocate(4);
    stream[Symbol.dispose]();
    stream[Symbol.dispose]();
    expect(() => stream.fill(memory, 1)).toThrow('The CUDA stream was used after it was disposed');
    const second = device.createStream();
    const event = device.createEvent();
    device[Symbol.dispose]();
    device[Symbol.dispose]();
    await expect(second.done()).rejects.toThrow(DisposedError);
    expect(() => event.hasPassed()).toThrow(DisposedError);
    expect(() => memory.address).toThrow(DisposedError);
    expect(() => device.allocate(1)).toThrow(DisposedError);
    expect(() => device.memory()).toThrow(DisposedError);
  });

  it('can be dropped with work in flight', async () => {
    double.set({ DELAY_MS: 30 });
    using device = openDevice();
    const stream = device.createStream();
    using memory = device.allocate(4);
    stream.fill(memory, 1);
    const done = stream.done();
    stream[Symbol.dispose]();
    await sleep(1);
    await done;
  });
});

describe('graph', () => {
  it('replays what was captured, with the same addresses', async () => {
    using device = openDevice();
    using memory = device.allocate(4);
    device.stream.upload(memory, Uint8Array.of(1, 1, 1, 1));
    using graph = device.stream.capture(() => {
      device.stream.fill(memory.view(0, 2), 9);
      device.stream.fill(memory.view(2, 1), 8);
    });
    expect(graph.nodes).toBe(2);
    expect([...(await device.stream.download(memory, new Uint8Array(4)))]).toEqual([1, 1, 1, 1]);
    graph.replay(device.stream);
    expect([...(await device.stream.download(memory, new Uint8Array(4)))]).toEqual([9, 9, 8, 1]);
    using other = device.createStream();
    device.stream.fill(memory, 0);
    await device.stream.done();
    graph.replay(other);
    expect([...(await other.download(memory, new Uint8Array(4)))]).toEqual([9, 9, 8, 0]);
  });

  it('keeps the memory that it uses, also what was allocated while capturing', async () => {
    using device = openDevice();
    const before = device.allocate(512);
    const addresses: bigint[] = [before.address];
    const graph = device.stream.capture(() => {
      device.stream.fill(before, 1);
      using scratch = device.allocate(512);
      addresses.push(scratch.address);
      device.stream.fill(scratch, 2);
    });
    before[Symbol.dispose]();
    using next = device.allocate(512);
    using afterNext = device.allocate(512);
    expect(addresses).not.toContain(next.address);
    expect(addresses).not.toContain(afterNext.address);
    graph[Symbol.dispose]();
    using reused = device.allocate(512);
    expect(addresses).toContain(reused.address);
    expect(() => graph.replay(device.stream)).toThrow(DisposedError);
  });

  it('allows the pool to ask the driver for memory meanwhile', () => {
    using device = openDevice();
    using _graph = device.stream.capture(() => {
      using scratch = device.allocate(4096);
      device.stream.fill(scratch, 2);
    });
    // CU_STREAM_CAPTURE_MODE_RELAXED
    expect(double.calls('cuStreamBeginCapture_v2')).toEqual(['cuStreamBeginCapture_v2 2']);
  });

  it('refuses what cannot be captured, and abandons the capture', async () => {
    using device = openDevice();
    using memory = device.allocate(4);
    const { stream } = device;
    expect(() => stream.capture(() => stream.upload(memory, new Uint8Array(4)))).toThrow(
      /upload from pageable memory/,
    );
    expect(() => stream.capture(() => stream.isIdle())).toThrow(InvalidArgumentError);
    expect(() => stream.capture(() => stream.capture(() => {}))).toThrow(InvalidArgumentError);
    const promises: Promise<unknown>[] = [];
    using _graph = stream.capture(() =>
      promises.push(stream.done(), stream.download(memory, new Uint8Array(4))),
    );
    for (const promise of promises) await expect(promise).rejects.toThrow(InvalidArgumentError);
    stream.fill(memory, 4);
    expect((await stream.download(memory, new Uint8Array(4)))[0]).toBe(4);
  });

  it('says which call of the capture failed', () => {
    using device = openDevice();
    double.set({ FAIL: 'cuGraphInstantiateWithFlags:1' });
    expect(() => device.stream.capture(() => {})).toThrow(
      'capture a graph: cuGraphInstantiate failed with CUDA_ERROR_INVALID_VALUE',
    );
    expect(double.calls('cuGraphDestroy')).toHaveLength(1);
  });
});
