import { InvalidArgumentError } from '@sparsek/types';
import { beforeEach, describe, expect, it } from 'vitest';
import { openDevice } from '../src/index.js';
import { useDriverDouble } from './driver-double/use.js';

const double = useDriverDouble();
beforeEach(() => double.set({ DEVICES: 2 }));

describe('two devices', () => {
  it('have contexts, pools and streams of their own', async () => {
    using first = openDevice({ ordinal: 0 });
    using second = openDevice({ ordinal: 1 });
    using one = first.allocate(64);
    using two = second.allocate(128);
    expect(first.memory().pool.used).toBe(512);
    expect(second.memory().pool.allocations).toBe(1);
    first.stream.fill(one, 1);
    second.stream.fill(two, 2);
    expect([...(await second.stream.download(two.view(0, 2), new Uint8Array(2)))]).toEqual([2, 2]);
    expect([...(await first.stream.download(one.view(0, 2), new Uint8Array(2)))]).toEqual([1, 1]);
    expect(() => first.stream.fill(two, 3)).toThrow(InvalidArgumentError);
    // Every call that takes a context pushes its own and pops it again.
    expect(double.calls('cuCtxPushCurrent_v2').length).toBe(double.calls('cuCtxPopCurrent_v2').length);
  });

  it('copy from one to the other, on a stream of either', async () => {
    using first = openDevice({ ordinal: 0 });
    using second = openDevice({ ordinal: 1 });
    using one = first.allocate(8);
    using two = second.allocate(8);
    first.stream.fill(one, 7);
    await first.stream.done();
    second.stream.copy(two, one);
    expect([...(await second.stream.download(two, new Uint8Array(8)))]).toEqual(Array(8).fill(7));
    second.stream.fill(two, 9);
    await second.stream.done();
    first.stream.copy(one, two);
    expect(() => first.stream.copy(two, two)).toThrow(InvalidArgumentError);
    expect([...(await first.stream.download(one, new Uint8Array(8)))]).toEqual(Array(8).fill(9));
  });

  it('do not reuse memory that the other one still copies', async () => {
    using first = openDevice({ ordinal: 0 });
    using second = openDevice({ ordinal: 1 });
    const source = first.allocate(8);
    first.stream.fill(source, 7);
    await first.stream.done();
    using target = second.allocate(8);
    using held = double.hold();
    second.stream.fill(target, 1);
    second.stream.copy(target, source);
    const { address } = source;
    source[Symbol.dispose]();
    using next = first.allocate(8);
    expect(next.address).not.toBe(address);
    first.stream.fill(next, 3);
    held[Symbol.dispose]();
    expect([...(await second.stream.download(target, new Uint8Array(8)))]).toEqual(Array(8).fill(7));
    await second.stream.done();
    expect(first.memory().pool.used).toBe(512);
    using reused = first.allocate(8);
    expect(reused.address).toBe(address);
  });

  it('cannot put a copy between them in a graph, which would not keep the other memory', () => {
    using first = openDevice({ ordinal: 0 });
    using second = openDevice({ ordinal: 1 });
    using one = first.allocate(8);
    using two = second.allocate(8);
    expect(() => first.stream.capture(() => first.stream.copy(one, two))).toThrow(/a copy between devices/);
  });

  it('wait for events of each other', async () => {
    double.set({ DELAY_MS: 20 });
    using first = openDevice({ ordinal: 0 });
    using second = openDevice({ ordinal: 1 });
    using one = first.allocate(8);
    using two = second.allocate(8);
    using written = first.createEvent();
    first.stream.fill(one, 5);
    first.stream.record(written);
    second.stream.wait(written);
    second.stream.copy(two, one);
    expect([...(await second.stream.download(two, new Uint8Array(8)))]).toEqual(Array(8).fill(5));
  });
});
