import type { RunOptions } from '@sparsek/types';
import { type CaseData, makeCaseData } from '../case/data.js';
import type { BenchCase, Suite } from '../case/schema.js';
import { type Work, workOf } from '../case/work.js';
import { describeMachine } from '../machine/describe.js';
import { watchMemory } from '../machine/peak-memory.js';
import type { BenchReport, CaseResult, ContestantResult, MachineLimits } from '../report/schema.js';
import { checkResult } from './check.js';
import { type Contestant, isSkipped, type PreparedRun } from './contestant.js';
import { type InterleaveOptions, interleave } from './interleave.js';
import { pairedSpeedup, summarise } from './statistics.js';

export interface RunSuiteOptions
  extends RunOptions,
    Pick<InterleaveOptions, 'minRounds' | 'maxRounds' | 'budgetMs' | 'rewarm'> {
  /** Written into the report, so that a reader can repeat the run. */
  readonly command?: string;
  /** What `measureLimits` found, for the report. */
  readonly limits?: MachineLimits;
  readonly onResult?: (result: CaseResult) => void;
}

/**
 * Runs every case of a suite with every contestant; the first contestant is the one under test.
 *
 * @throws whatever a contestant throws while it prepares or runs, and the signal's reason once it is aborted.
 */
export async function runSuite(
  suite: Suite,
  contestants: readonly [Contestant, ...Contestant[]],
  options: RunSuiteOptions = {},
): Promise<BenchReport> {
  const results: CaseResult[] = [];
  for (const [index, benchCase] of suite.cases.entries()) {
    options.signal?.throwIfAborted();
    const result = await runCase(benchCase, contestants, {
      ...options,
      memory: suite.memory ?? false,
      onProgress: (share) => options.onProgress?.((index + share) / suite.cases.length),
    });
    results.push(result);
    options.onResult?.(result);
  }
  return {
    format: 'sparsek-bench-1',
    suite: suite.name,
    description: suite.description,
    command: options.command ?? `sparsek bench ${suite.name}`,
    machine: describeMachine(),
    ...(options.limits ? { limits: options.limits } : {}),
    results,
  };
}

/** A contestant that takes part in a case. */
interface Entry {
  readonly contestant: Contestant;
  readonly prepared: PreparedRun;
}

async function runCase(
  benchCase: BenchCase,
  contestants: readonly Contestant[],
  options: RunSuiteOptions & { readonly memory: boolean },
): Promise<CaseResult> {
  const memory = options.memory ? await watchMemory() : undefined;
  const data = makeCaseData(benchCase);
  const work = workOf(data);
  const entries: Entry[] = [];
  const skipped = new Map<Contestant, ContestantResult>();
  let peakBytes: number | undefined;
  try {
    for (const [index, contestant] of contestants.entries()) {
      if (index === 0) await memory?.begin();
      const prepared = await contestant.prepare(benchCase, data);
      if (isSkipped(prepared)) {
        skipped.set(contestant, { ...identity(contestant), skipped: prepared.skipped });
        continue;
      }
      entries.push({ contestant, prepared });
      if (index === 0 && memory) {
        await prepared.run();
        peakBytes = memory.peakBytes();
      }
    }
    const { results, noise } = await timeAndCheck(benchCase, data, entries, work, options);
    // In the order in which they were given: the first stays the one under test, even where it was skipped.
    const all = contestants.map((contestant) => skipped.get(contestant) ?? results.shift()!);
    return {
      case: benchCase,
      ...work,
      contestants: all,
      noise,
      ...(peakBytes === undefined ? {} : { peakBytes }),
    };
  } finally {
    for (const { prepared } of entries) await prepared[Symbol.asyncDispose]();
  }
}

async function timeAndCheck(
  benchCase: BenchCase,
  data: CaseData,
  entries: readonly Entry[],
  work: Work,
  options: RunSuiteOptions,
): Promise<{ results: ContestantResult[]; noise: number }> {
  const [first] = entries;
  if (!first) return { results: [], noise: 0 };
  // The first runs twice a round: what it differs from itself is what no difference can be told from.
  const each = entries.map(
    ({ prepared }) =>
      () =>
        prepared.run(),
  );
  const runs = [...each, each[0]!];
  const times = await interleave(runs, options);
  const own = times[0]!;
  const results: ContestantResult[] = [];
  for (const [index, { contestant, prepared }] of entries.entries()) {
    const timing = summarise(times[index]!);
    const seconds = timing.median / 1000;
    const output = await prepared.result?.();
    const check = output ? checkResult(benchCase, data, output) : undefined;
    results.push({
      ...identity(contestant),
      ...(prepared.kernel === undefined ? {} : { kernel: prepared.kernel }),
      ...(prepared.planMs === undefined ? {} : { planMs: prepared.planMs }),
      timing,
      ...rates(benchCase, work, seconds),
      timeRatio: index === 0 ? 1 : pairedSpeedup(own, times[index]!),
      ...(check ? { check } : {}),
    });
  }
  return { results, noise: Math.abs(pairedSpeedup(own, times.at(-1)!) - 1) };
}

/** Work a second, where the work is what was timed. */
function rates({ measure }: BenchCase, work: Work, seconds: number): Partial<ContestantResult> {
  if (measure !== undefined && measure !== 'compute') return {};
  if (work.usefulFlops === 0) return { gigabytesPerSecond: work.bytes / seconds / 1e9 };
  return {
    usefulTflops: work.usefulFlops / seconds / 1e12,
    denseTflops: work.denseFlops / seconds / 1e12,
  };
}

const identity = ({ name, version }: Contestant) => ({ name, version });
