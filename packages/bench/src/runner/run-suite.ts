import { type RunOptions, SparsekError } from '@sparsek/types';
import { createDraws } from '../case/draws.js';
import { refuseTooLarge } from '../case/least-memory.js';
import type { BenchCase, Suite } from '../case/schema.js';
import { describeMachine } from '../machine/describe.js';
import type { DeviceWatch } from '../machine/device-watch.js';
import { modelError } from '../report/expected.js';
import type { BenchReport, CaseResult, MachineLimits } from '../report/schema.js';
import type { Contestant } from './contestant.js';
import type { InterleaveOptions } from './interleave.js';
import { runCase } from './run-case.js';

export interface RunSuiteOptions
  extends RunOptions,
    Pick<InterleaveOptions, 'minRounds' | 'maxRounds' | 'budgetMs' | 'rewarm'> {
  /** Written into the report, so that a reader can repeat the run. */
  readonly command?: string;
  /** What `measureLimits` found, for the report. */
  readonly limits?: MachineLimits;
  /** Peers that could not run on this machine, for the report. */
  readonly missingPeers?: BenchReport['missingPeers'];
  /** Milliseconds after which no other case begins; those left out are named in the report. Default: none. */
  readonly limitMs?: number;
  /** Milliseconds after which a case takes no further rounds, and no further peer prepares. Default 60 000. */
  readonly caseLimitMs?: number;
  /** Bytes of the cache that runs should not find their inputs in. Default 0: inputs are used again and again. */
  readonly cacheBytes?: number;
  /** Clocks, power and temperature while contestants take turns. */
  readonly watch?: DeviceWatch;
  readonly onResult?: (result: CaseResult) => void;
}

/**
 * Runs every case of a suite with every contestant, or the suite's choice of peers; the first contestant is the one
 * under test.
 *
 * @throws OutOfMemoryError before anything runs, when a case is larger than the memory of this machine; whatever the
 *   first contestant throws while it prepares or runs, with the name of the case; and the signal's reason once it is
 *   aborted. A peer that throws is listed as skipped, with what it said.
 */
export async function runSuite(
  suite: Suite,
  contestants: readonly [Contestant, ...Contestant[]],
  options: RunSuiteOptions = {},
): Promise<BenchReport> {
  refuseTooLarge(suite.cases);
  const started = performance.now();
  // Before the run itself is the load.
  const machine = describeMachine();
  const memory = suite.memory ?? false;
  const [first, ...others] = contestants;
  const takingPart = [first, ...others.filter(({ name }) => suite.peers?.includes(name) ?? true)];
  const draws = createDraws({ shared: !memory });
  const results: CaseResult[] = [];
  const notRun: { name: string; reason: string }[] = [];
  for (const [index, benchCase] of suite.cases.entries()) {
    options.signal?.throwIfAborted();
    if (options.limitMs !== undefined && performance.now() - started > options.limitMs) {
      notRun.push({ name: benchCase.name, reason: 'out of time' });
      continue;
    }
    const result = await runCase(benchCase, takingPart, {
      ...options,
      memory,
      draws,
      onProgress: (share) => options.onProgress?.((index + share) / suite.cases.length),
    }).catch((error: unknown) => {
      options.signal?.throwIfAborted();
      throw namedAfter(benchCase, error);
    });
    results.push(result);
    options.onResult?.(result);
  }
  const error = modelError(results);
  return {
    format: 'sparsek-bench-1',
    suite: suite.name,
    description: suite.description,
    command: options.command ?? `sparsek bench ${suite.name}`,
    machine,
    ...(options.limits ? { limits: options.limits } : {}),
    results,
    ...(error ? { modelError: error } : {}),
    ...(options.missingPeers?.length ? { missingPeers: options.missingPeers } : {}),
    ...(notRun.length > 0 ? { notRun } : {}),
  };
}

/** A suite may have thousands of cases. Errors that nobody foresaw keep their stack and their words. */
function namedAfter({ name }: BenchCase, error: unknown): unknown {
  if (!SparsekError.isInstance(error)) return error;
  return new SparsekError(error.code, `${name}: ${error.message}`, { cause: error });
}
