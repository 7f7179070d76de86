import { DisposedError, InvalidArgumentError } from '@sparsek/types';
import type {
  BufferHandle,
  DeviceHandle,
  EventHandle,
  GraphHandle,
  NativeBinding,
  StreamHandle,
} from '../native/binding.js';
import type { CudaDeviceInfo } from './info.js';

// What the package keeps behind its public objects. Public objects are plain and frozen; their state is found here, so
// that nobody outside can build or change one.

export interface DeviceState {
  readonly kind: 'device';
  readonly binding: NativeBinding;
  readonly info: CudaDeviceInfo;
  handle: DeviceHandle | undefined;
}

export interface StreamState {
  readonly kind: 'stream';
  readonly device: DeviceState;
  handle: StreamHandle | undefined;
  capturing: boolean;
}

export interface EventState {
  readonly kind: 'event';
  readonly device: DeviceState;
  readonly timing: boolean;
  handle: EventHandle | undefined;
}

/** What a memory and its views share. */
export interface MemoryOwner {
  handle: BufferHandle | undefined;
  /** Copies by streams of other devices, which the pool of this one does not order. */
  foreignCopies: number;
  /** Gives the memory back to the pool once no foreign copy uses it: set by its disposal. */
  release?: () => void;
}

export interface MemoryState {
  readonly kind: 'device memory';
  readonly device: DeviceState;
  readonly address: bigint;
  readonly bytes: number;
  /** Absent for memory that somebody else owns. */
  readonly owner: MemoryOwner | undefined;
  disposed: boolean;
}

export interface GraphState {
  readonly kind: 'graph';
  readonly device: DeviceState;
  handle: GraphHandle | undefined;
}

type State = DeviceState | StreamState | EventState | MemoryState | GraphState;

const states = new WeakMap<object, State>();

export function register<T extends object>(object: T, state: State): T {
  states.set(object, state);
  return Object.freeze(object);
}

function stateOf<K extends State['kind']>(
  kind: K,
  object: unknown,
  argument: string,
): Extract<State, { kind: K }> {
  const state = typeof object === 'object' && object !== null ? states.get(object) : undefined;
  if (state?.kind !== kind) throw new InvalidArgumentError(argument, `a ${kind} of @sparsek/cuda`, object);
  return state as Extract<State, { kind: K }>;
}

/** State with its handles, all known to be open. */
export type Open<T extends { handle: unknown }> = T & { readonly handle: NonNullable<T['handle']> };

function open<T extends { readonly kind: string; handle: unknown }>(state: T): Open<T> {
  if (state.handle === undefined)
    throw new DisposedError(`The CUDA ${state.kind} was used after it was disposed`);
  return state as Open<T>;
}

export function openDeviceState(device: DeviceState): Open<DeviceState> {
  return open(device);
}

export function deviceState(device: unknown, argument = 'device'): Open<DeviceState> {
  return open(stateOf('device', device, argument));
}

export function streamState(stream: unknown, argument = 'stream'): Open<StreamState> {
  const state = open(stateOf('stream', stream, argument));
  open(state.device);
  return state;
}

export function eventState(event: unknown, argument = 'event'): Open<EventState> {
  const state = open(stateOf('event', event, argument));
  open(state.device);
  return state;
}

export function graphState(graph: unknown, argument = 'graph'): Open<GraphState> {
  const state = open(stateOf('graph', graph, argument));
  open(state.device);
  return state;
}

export function memoryState(memory: unknown, argument = 'memory'): MemoryState {
  const state = stateOf('device memory', memory, argument);
  if (state.disposed || (state.owner !== undefined && state.owner.handle === undefined)) {
    throw new DisposedError('CUDA device memory was used after it was disposed');
  }
  open(state.device);
  return state;
}

/** Two objects that must live on one device. */
export function requireSameDevice(
  stream: StreamState,
  other: { readonly device: DeviceState },
  what: string,
): void {
  if (stream.device === other.device) return;
  throw new InvalidArgumentError(
    what,
    `an object of the stream's device ${stream.device.info.ordinal}`,
    `one of device ${other.device.info.ordinal}`,
  );
}
