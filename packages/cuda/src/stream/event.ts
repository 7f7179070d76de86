import { InvalidArgumentError } from '@sparsek/types';
import { type DeviceState, eventState, openDeviceState, register } from '../device/state.js';
import { guard } from '../errors/guard.js';

/** A point in a stream's work: made with `stream.record(event)`. */
export interface CudaEvent extends Disposable {
  /** Whether the recorded point was reached; true for an event that was never recorded. */
  hasPassed(): boolean;
  /** Milliseconds from `start` to this event. Both were made with `timing` and have passed. */
  elapsedSince(start: CudaEvent): number;
}

export interface EventOptions {
  /** Whether the event takes the time, which costs a little. Default true. */
  readonly timing?: boolean;
}

export function createEvent(device: DeviceState, options: EventOptions = {}): CudaEvent {
  const { timing = true } = options;
  const { handle, binding } = openDeviceState(device);
  const state = {
    kind: 'event' as const,
    device,
    timing,
    handle: guard('create an event', () => binding.createEvent(handle, timing)) as
      | ReturnType<typeof binding.createEvent>
      | undefined,
  };
  const event: CudaEvent = {
    hasPassed() {
      const open = eventState(event);
      return guard('query an event', () => binding.hasPassed(open.handle));
    },
    elapsedSince(start) {
      const from = eventState(start, 'start');
      const to = eventState(event);
      if (!from.timing || !to.timing)
        throw new InvalidArgumentError('start', 'two events made with timing', 'none');
      return guard('time two events', () => binding.elapsed(from.handle, to.handle));
    },
    [Symbol.dispose]() {
      const { handle: open } = state;
      state.handle = undefined;
      if (open !== undefined) binding.dropEvent(open);
    },
  };
  return register(event, state);
}
