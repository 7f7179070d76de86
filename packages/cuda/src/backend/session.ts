import type { RunOptions } from '@sparsek/types';
import { DisposedError } from '@sparsek/types';
import type { CudaDevice } from '../device/device.js';
import { type Open, type StreamState, streamState } from '../device/state.js';
import type { DeviceMemory } from '../memory/device-memory.js';
import type { NativeBinding, TypedArray } from '../native/binding.js';
import type { CudaEvent } from '../stream/event.js';
import { requireNotCapturing } from '../stream/stream.js';

/** What the backend's operations work with. */
export interface Session {
  readonly device: CudaDevice;
  readonly binding: NativeBinding;
  /** Throws a `DisposedError` after the backend's end. */
  stream(): Open<StreamState>;
  /** The stream for making plans, which copies tables to the device: a capture would not run the copies. */
  planningStream(): Open<StreamState>;
}

export function createSession(device: CudaDevice): Session {
  const { binding } = streamState(device.stream).device;
  const stream = () => streamState(device.stream, 'backend');
  return {
    device,
    binding,
    stream,
    planningStream() {
      const state = stream();
      requireNotCapturing(state, 'making a plan');
      return state;
    },
  };
}

/** Device memory of one run, freed together: the pool hands it on only behind the run's work. */
export interface Scratch extends Disposable {
  allocate(bytes: number): DeviceMemory;
  /** Memory that holds a copy of an array; 0 bytes for none. */
  upload(array: TypedArray | undefined): DeviceMemory;
}

export function createScratch({ device }: Session): Scratch {
  const memories: DeviceMemory[] = [];
  const allocate = (bytes: number) => {
    const memory = device.allocate(bytes);
    memories.push(memory);
    return memory;
  };
  return {
    allocate,
    upload(array) {
      const memory = allocate(array?.byteLength ?? 0);
      if (array !== undefined && array.byteLength > 0) device.stream.upload(memory, array);
      return memory;
    },
    [Symbol.dispose]() {
      for (const memory of memories) memory[Symbol.dispose]();
    },
  };
}

/** Measures what `launch` gives to the stream, on the device's clock. */
export interface Stopwatch extends Disposable {
  /** Milliseconds; to be read after the stream passed the end. */
  read(): number;
}

export function timeLaunch({ device }: Session, launch: () => void): Stopwatch {
  const start: CudaEvent = device.createEvent();
  const end: CudaEvent = device.createEvent();
  device.stream.record(start);
  launch();
  device.stream.record(end);
  return {
    read: () => end.elapsedSince(start),
    [Symbol.dispose]() {
      start[Symbol.dispose]();
      end[Symbol.dispose]();
    },
  };
}

export function throwIfAborted(options: RunOptions | undefined): void {
  options?.signal?.throwIfAborted();
}

/** A flag that says once and for all that an object is not to be used any more. */
export interface Lifetime {
  check(): void;
  end(): void;
}

export function createLifetime(what: string): Lifetime {
  let ended = false;
  return {
    check() {
      if (ended) throw new DisposedError(`${what} was used after it was disposed`);
    },
    end() {
      ended = true;
    },
  };
}
