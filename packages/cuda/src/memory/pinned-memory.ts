import type { DeviceState } from '../device/state.js';
import { openDeviceState } from '../device/state.js';
import { guard } from '../errors/guard.js';
import { requireCount } from './check.js';

/**
 * Page-locked host memory: copies between it and a device run at full speed, beside other work. Disposing it detaches
 * the buffer: its typed arrays then have length 0. Copies in flight are finished first.
 */
export interface PinnedMemory extends Disposable {
  readonly buffer: ArrayBuffer;
}

interface PinnedState {
  copiesInFlight: number;
  disposed: boolean;
  /** Gives the memory back to the pool. */
  readonly detach: () => void;
}

const pinnedBuffers = new WeakMap<ArrayBufferLike, PinnedState>();

/** Content undefined: it may hold what was there before. */
export function allocatePinned(device: DeviceState, bytes: number): PinnedMemory {
  requireCount('bytes', bytes);
  const { handle, binding } = openDeviceState(device);
  const buffer = guard('allocate pinned memory', () => binding.allocatePinned(handle, bytes));
  const state: PinnedState = { copiesInFlight: 0, disposed: false, detach: () => binding.detach(buffer) };
  pinnedBuffers.set(buffer, state);
  return Object.freeze({
    buffer,
    [Symbol.dispose]() {
      if (state.disposed) return;
      state.disposed = true;
      if (state.copiesInFlight === 0) state.detach();
    },
  });
}

export function isPinned(buffer: ArrayBufferLike): boolean {
  return pinnedBuffers.has(buffer);
}

/** Keeps pinned memory until a copy is done, whatever becomes of its object meanwhile. */
export async function holdPinned(buffer: ArrayBufferLike, copy: Promise<unknown>): Promise<void> {
  const state = pinnedBuffers.get(buffer);
  if (state === undefined) return;
  state.copiesInFlight += 1;
  // Whoever awaits the stream hears of a failed copy; here only its end matters.
  await Promise.allSettled([copy]);
  state.copiesInFlight -= 1;
  if (state.disposed && state.copiesInFlight === 0) state.detach();
}
