import type { RunOptions } from '@sparsek/types';

/** A computation in steps: it yields its finished share, from 0 to 1, between steps, and returns its result. */
export type Steps<Result> = Generator<number, Result, undefined>;

/** How many products are computed between two steps: some milliseconds of work. */
export const PRODUCTS_A_STEP = 2 ** 20;

/** How long a computation runs before it lets the event loop turn, in milliseconds. */
const TIME_SLICE = 20;

/** Runs all steps at once. */
export function runSteps<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Runs the steps in slices between which the event loop turns, the signal is read and progress is told. */
export async function runStepsAsync<Result>(steps: Steps<Result>, options: RunOptions = {}): Promise<Result> {
  options.signal?.throwIfAborted();
  let sliceEnd = performance.now() + TIME_SLICE;
  for (;;) {
    const step = steps.next();
    if (step.done === true) {
      options.onProgress?.(1);
      return step.value;
    }
    if (performance.now() >= sliceEnd) {
      options.onProgress?.(step.value);
      await new Promise<void>((resolve) => setTimeout(resolve, 0));
      options.signal?.throwIfAborted();
      sliceEnd = performance.now() + TIME_SLICE;
    }
  }
}
