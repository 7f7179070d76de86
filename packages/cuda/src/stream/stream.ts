import { InvalidArgumentError } from '@sparsek/types';
import {
  type DeviceState,
  eventState,
  memoryState,
  openDeviceState,
  register,
  requireSameDevice,
  type StreamState,
  streamState,
} from '../device/state.js';
import { guard, guardAsync } from '../errors/guard.js';
import { type CudaGraph, captureGraph } from '../graph/graph.js';
import { type DeviceMemory, holdMemory } from '../memory/device-memory.js';
import { holdPinned, isPinned } from '../memory/pinned-memory.js';
import type { TypedArray } from '../native/binding.js';
import type { CudaEvent } from './event.js';

/** Work for a device, done in the order in which it is given. Streams run beside each other. */
export interface CudaStream extends Disposable {
  /** The CUstream, for other libraries in the process. */
  readonly handle: bigint;
  /**
   * Copies an array to device memory of the same size in bytes. Pageable memory is read before this returns; pinned
   * memory is read later, so leave it alone until `done()`.
   */
  upload(target: DeviceMemory, source: TypedArray): void;
  /** Copies device memory to an array of the same size in bytes; resolves to the array once it is filled. */
  download<T extends TypedArray>(source: DeviceMemory, target: T): Promise<T>;
  /** Copies between memories of equal size, also between devices, one of which is the stream's. */
  copy(target: DeviceMemory, source: DeviceMemory): void;
  /** Fills memory with elements of 1, 2 or 4 bytes, given by their bits as an unsigned number. */
  fill(target: DeviceMemory, bits: number, width?: 1 | 2 | 4): void;
  /** Resolves when everything given so far is done. No thread waits in a loop meanwhile. */
  done(): Promise<void>;
  /** Whether everything given so far is done. */
  isIdle(): boolean;
  record(event: CudaEvent): void;
  /** Later work of this stream waits for the event; the host does not. */
  wait(event: CudaEvent): void;
  /**
   * Records what `body` gives to this stream, without running it, as a graph that replays it in one call. The graph
   * keeps the memory alive that the body uses. Promises, pageable uploads and downloads cannot be captured.
   */
  capture(body: () => void): CudaGraph;
}

export interface StreamOptions {
  /** Lower numbers go first. Default 0. */
  readonly priority?: number;
}

export function createStream(device: DeviceState, options: StreamOptions = {}): CudaStream {
  const { priority = 0 } = options;
  if (!Number.isInteger(priority)) throw new InvalidArgumentError('priority', 'an integer', priority);
  const { handle, binding } = openDeviceState(device);
  const state: StreamState = {
    kind: 'stream',
    device,
    handle: guard('create a stream', () => binding.createStream(handle, priority)),
    capturing: false,
  };
  const stream: CudaStream = {
    get handle() {
      return binding.streamHandle(streamState(stream).handle);
    },
    upload(target, source) {
      const open = streamState(stream);
      const memory = usedMemory(open, target, 'target');
      requireBytes('source', source.byteLength, memory.bytes);
      const pinned = isPinned(source.buffer);
      if (!pinned) requireNotCapturing(open, 'an upload from pageable memory');
      guard('upload', () => binding.copyToDevice(open.handle, memory.address, source));
      if (pinned && !open.capturing) void holdPinned(source.buffer, binding.whenDone(open.handle));
    },
    async download(source, target) {
      const open = streamState(stream);
      requireNotCapturing(open, 'a download');
      const memory = usedMemory(open, source, 'source');
      requireBytes('target', target.byteLength, memory.bytes);
      const copy = guardAsync('download', () =>
        binding.copyToHost(open.handle, memory.address, target, isPinned(target.buffer)),
      );
      void holdPinned(target.buffer, copy);
      return copy;
    },
    copy(target, source) {
      const open = streamState(stream);
      const to = memoryState(target, 'target');
      const from = memoryState(source, 'source');
      requireBytes('source', from.bytes, to.bytes);
      if (from.device !== open.device) requireSameDevice(open, to, 'target');
      const foreign = [to, from].find((memory) => memory.device !== open.device);
      // A graph keeps memory of its own device alone.
      if (foreign) requireNotCapturing(open, 'a copy between devices');
      guard('copy', () => {
        for (const memory of [to, from]) if (memory.device === open.device) use(open, memory);
        const [targetDevice, sourceDevice] = [openDeviceState(to.device), openDeviceState(from.device)];
        binding.copyOnDevice(
          open.handle,
          to.address,
          targetDevice.handle,
          from.address,
          sourceDevice.handle,
          to.bytes,
        );
      });
      if (foreign) void holdMemory(foreign, binding.whenDone(open.handle));
    },
    fill(target, bits, width = 1) {
      const open = streamState(stream);
      const memory = usedMemory(open, target, 'target');
      if (memory.bytes % width !== 0) {
        throw new InvalidArgumentError('width', `a divisor of ${memory.bytes} bytes`, width);
      }
      if (!Number.isInteger(bits) || bits < 0 || bits >= 2 ** (8 * width)) {
        throw new InvalidArgumentError('bits', `a whole number below 2^${8 * width}`, bits);
      }
      guard('fill', () => binding.fill(open.handle, memory.address, width, bits, memory.bytes / width));
    },
    async done() {
      const open = streamState(stream);
      requireNotCapturing(open, 'waiting for the stream');
      return guardAsync('wait for a stream', () => binding.whenDone(open.handle));
    },
    isIdle() {
      const open = streamState(stream);
      requireNotCapturing(open, 'asking whether the stream is idle');
      return guard('query a stream', () => binding.isIdle(open.handle));
    },
    record(event) {
      const open = streamState(stream);
      const point = eventState(event);
      requireSameDevice(open, point, 'event');
      guard('record an event', () => binding.recordEvent(point.handle, open.handle));
    },
    wait(event) {
      const open = streamState(stream);
      guard('wait for an event', () => binding.waitEvent(open.handle, eventState(event).handle));
    },
    capture(body) {
      return captureGraph(stream, body);
    },
    [Symbol.dispose]() {
      const { handle: open } = state;
      state.handle = undefined;
      if (open !== undefined) binding.dropStream(open);
    },
  };
  return register(stream, state);
}

/** Tells the pool, and a capture under way, that the stream works with the memory. */
export function use(stream: StreamState, memory: ReturnType<typeof memoryState>): void {
  if (memory.owner?.handle !== undefined && stream.handle !== undefined) {
    stream.device.binding.useBuffer(memory.owner.handle, stream.handle);
  }
}

export function usedMemory(
  stream: StreamState,
  memory: DeviceMemory,
  argument: string,
): ReturnType<typeof memoryState> {
  const state = memoryState(memory, argument);
  requireSameDevice(stream, state, argument);
  use(stream, state);
  return state;
}

export function requireNotCapturing(stream: StreamState, what: string): void {
  if (stream.capturing) {
    throw new InvalidArgumentError(
      'stream',
      `a stream that is not being captured for ${what}`,
      'one that is',
    );
  }
}

function requireBytes(name: string, bytes: number, expected: number): void {
  if (bytes !== expected) throw new InvalidArgumentError(name, `${expected} bytes`, bytes);
}
