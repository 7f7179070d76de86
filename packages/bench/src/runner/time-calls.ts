/** Calls timed together: one of a few microseconds is too short for the clock and for the scheduler's whims. */
const CALLS = 20;

/** Mean time of one call in milliseconds, one after another, by the wall clock. */
export async function timeCalls(call: () => Promise<void>): Promise<number> {
  const start = performance.now();
  for (let count = 0; count < CALLS; count++) await call();
  return (performance.now() - start) / CALLS;
}
