import type { RunOptions } from '@sparsek/types';

export interface InterleaveOptions extends RunOptions {
  /** Counted rounds at least. Default 7: a median of fewer is moved by one burst of load. */
  readonly minRounds?: number;
  /** Counted rounds at most. Default 50. */
  readonly maxRounds?: number;
  /** After the fewest rounds, stop once this much time was measured, in milliseconds. Default 2000. */
  readonly budgetMs?: number;
  /**
   * Lets everyone run once untimed before a timed run that follows somebody else's: caches, clocks and sleeping
   * threads as another leaves them would favour whoever follows itself. Default false.
   */
  readonly rewarm?: boolean;
  /** Stop after the round that passes this moment of `performance.now()`, however few there were. */
  readonly deadline?: number;
}

/** Two warm-up runs in a row that differ by less than this are called stable. */
const STABLE = 0.1;
const WARM_UP_AT_MOST = 6;

/**
 * Runs every competitor once a round (A B C, A B C, ...) after each has warmed up, and returns the times of each,
 * in milliseconds. Interleaving lets a drift of clocks or load touch all competitors alike.
 */
export async function interleave(
  runs: readonly (() => Promise<number>)[],
  options: InterleaveOptions = {},
): Promise<number[][]> {
  const {
    minRounds = 7,
    maxRounds = 50,
    budgetMs = 2000,
    rewarm = false,
    deadline,
    signal,
    onProgress,
  } = options;
  for (const run of runs) await warmUp(run, signal);
  const times: number[][] = runs.map(() => []);
  let spent = 0;
  let latest = runs.at(-1);
  for (let round = 0; round < maxRounds && (round < minRounds || spent < budgetMs); round++) {
    if (round > 0 && deadline !== undefined && performance.now() > deadline) break;
    for (const [index, run] of runs.entries()) {
      signal?.throwIfAborted();
      if (rewarm && run !== latest) await run();
      latest = run;
      const time = await run();
      times[index]?.push(time);
      spent += time;
    }
    onProgress?.(Math.min(1, Math.max((round + 1) / maxRounds, spent / budgetMs)));
  }
  return times;
}

async function warmUp(run: () => Promise<number>, signal: AbortSignal | undefined): Promise<void> {
  let previous = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < WARM_UP_AT_MOST; attempt++) {
    signal?.throwIfAborted();
    const time = await run();
    if (Math.abs(time - previous) < STABLE * time) return;
    previous = time;
  }
}
