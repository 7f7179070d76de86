import type { CudaDevice } from '@sparsek/cuda';
import type { DeviceTimer } from './device-timer.js';

/** Launches timed together; fewer than a stream's queue holds, which would make the host wait for the device. */
const LAUNCHES = 200;

/** Times what the host takes to give a launch to the device, by the wall clock; the wait for the last is not part of it. */
export async function launchTimer(
  { stream }: CudaDevice,
  sets: readonly (() => void)[],
): Promise<DeviceTimer> {
  return {
    description: `${LAUNCHES} launches in a row, by the host's clock, without waiting for them`,
    async run() {
      const start = performance.now();
      for (let n = 0; n < LAUNCHES; n++) sets[n % sets.length]!();
      const elapsed = performance.now() - start;
      await stream.done();
      return elapsed / LAUNCHES;
    },
    [Symbol.dispose]() {},
  };
}
