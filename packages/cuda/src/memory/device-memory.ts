import { InvalidArgumentError } from '@sparsek/types';
import {
  type DeviceState,
  type MemoryState,
  memoryState,
  openDeviceState,
  register,
  type StreamState,
} from '../device/state.js';
import { guard } from '../errors/guard.js';
import { requireCount } from './check.js';

/** A range of device memory. Dispose it to give it back; a view lives as long as the memory it looks at. */
export interface DeviceMemory extends Disposable {
  readonly bytes: number;
  /** The device address, for other libraries in the process. Reading it after disposal throws a `DisposedError`. */
  readonly address: bigint;
  /** A part of the memory, from `offset`, both in bytes. Disposing a view does not free anything. */
  view(offset: number, bytes: number): DeviceMemory;
}

/** Memory from the pool, ordered by the stream: work on the stream may use it at once. Its content is undefined. */
export function allocate(stream: StreamState, bytes: number): DeviceMemory {
  requireCount('bytes', bytes);
  const { binding } = stream.device;
  const { handle } = stream;
  if (handle === undefined) throw new TypeError('allocate needs an open stream');
  const buffer = guard('allocate device memory', () => binding.allocate(handle, bytes));
  return publicMemory({
    kind: 'device memory',
    device: stream.device,
    address: binding.bufferAddress(buffer),
    bytes,
    owner: { handle: buffer, foreignCopies: 0 },
    disposed: false,
  });
}

/**
 * Memory that another library of the process owns and must keep for as long as this object is used.
 *
 * @throws InvalidArgumentError when the driver does not know the range as memory of this device.
 */
export function wrapAddress(device: DeviceState, address: bigint, bytes: number): DeviceMemory {
  requireCount('bytes', bytes);
  const { handle, binding, info } = openDeviceState(device);
  const known = guard('wrap a device address', () => binding.inspectAddress(handle, address));
  const inRange = known !== undefined && address + BigInt(bytes) <= known.start + BigInt(known.bytes);
  if (known?.ordinal !== info.ordinal || !inRange) {
    const found = known
      ? `${known.bytes} bytes from ${hex(known.start)} on device ${known.ordinal}`
      : 'no device memory';
    throw new InvalidArgumentError(
      'address',
      `${bytes} bytes of memory of device ${info.ordinal}`,
      `${hex(address)}, where the driver knows ${found}`,
    );
  }
  return publicMemory({ kind: 'device memory', device, address, bytes, owner: undefined, disposed: false });
}

function publicMemory(state: MemoryState, isView = false): DeviceMemory {
  const memory: DeviceMemory = {
    bytes: state.bytes,
    get address() {
      return memoryState(memory).address;
    },
    view(offset, bytes) {
      memoryState(memory);
      requireCount('offset', offset);
      requireCount('bytes', bytes);
      if (offset + bytes > state.bytes) {
        throw new InvalidArgumentError('offset + bytes', `at most ${state.bytes}`, offset + bytes);
      }
      return publicMemory({ ...state, address: state.address + BigInt(offset), bytes }, true);
    },
    [Symbol.dispose]() {
      state.disposed = true;
      const handle = state.owner?.handle;
      if (isView || state.owner === undefined || handle === undefined) return;
      // Views share the owner, so that they end with it.
      const { owner } = state;
      owner.handle = undefined;
      owner.release = () => state.device.binding.dropBuffer(handle);
      if (owner.foreignCopies === 0) owner.release();
    },
  };
  return register(memory, state);
}

/** Keeps memory from its pool until a copy by another device's stream is done, whatever becomes of its object meanwhile. */
export async function holdMemory({ owner }: MemoryState, copy: Promise<unknown>): Promise<void> {
  if (owner === undefined) return;
  owner.foreignCopies += 1;
  // Whoever awaits the stream hears of a failed copy; here only its end matters.
  await Promise.allSettled([copy]);
  owner.foreignCopies -= 1;
  if (owner.foreignCopies === 0) owner.release?.();
}

const hex = (address: bigint) => `0x${address.toString(16)}`;
