import type { Timed } from '@sparsek/types';
import { median } from '../output/numbers.js';

/** The last result, and the time that one computation takes. */
export interface Measured<T> extends Timed<T> {
  /** Timed runs, not counting the first one where there are several. */
  readonly repeat: number;
}

/**
 * Runs once, or, with `repeat`, once to warm up and `repeat` times more, of which the median time is reported.
 *
 * @throws the signal's reason when it is aborted.
 */
export async function measure<T>(
  run: () => Promise<Timed<T>>,
  repeat: number | undefined,
  signal: AbortSignal,
): Promise<Measured<T>> {
  const first = await run();
  if (repeat === undefined) return { ...first, repeat: 1 };
  let { output } = first;
  const times: number[] = [];
  for (let i = 0; i < repeat; i++) {
    signal.throwIfAborted();
    const timed = await run();
    output = timed.output;
    times.push(timed.computeMs);
  }
  return { output, computeMs: median(times), repeat };
}
