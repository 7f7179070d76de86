import type { RunOptions, Timed } from '@sparsek/types';
import { median } from '../output/numbers.js';

/** The last result, and the time that one computation takes. */
export interface Measured<T> extends Timed<T> {
  /** Timed runs, not counting the first one where there are several. */
  readonly repeat: number;
}

/** What {@link measure} may be told. */
export interface MeasureOptions extends RunOptions {
  /** How many timed runs follow a first one that warms up. Default: only one run, which is timed. */
  readonly repeat?: number | undefined;
}

/**
 * Runs once, or, with `repeat`, once to warm up and `repeat` times more, of which the median time is reported.
 *
 * @throws the signal's reason when it is aborted.
 */
export async function measure<T>(
  run: (options: RunOptions) => Promise<Timed<T>>,
  { repeat, signal, onProgress }: MeasureOptions,
): Promise<Measured<T>> {
  const runs = repeat === undefined ? 1 : repeat + 1;
  const nth = (n: number): Promise<Timed<T>> => {
    signal?.throwIfAborted();
    return run({
      ...(signal && { signal }),
      onProgress: (fraction) => onProgress?.((n + fraction) / runs),
    });
  };
  let last = await nth(0);
  if (repeat === undefined) return { ...last, repeat: 1 };
  const times: number[] = [];
  for (let n = 1; n < runs; n++) {
    last = await nth(n);
    times.push(last.computeMs);
  }
  return { output: last.output, computeMs: median(times), repeat };
}
