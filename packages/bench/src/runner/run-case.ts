import { profilerRange } from '@sparsek/cuda';
import { makeCaseData } from '../case/data.js';
import type { Draws } from '../case/draws.js';
import type { BenchCase } from '../case/schema.js';
import { type Work, workOf } from '../case/work.js';
import { watchMemory } from '../machine/peak-memory.js';
import { expectedRecord } from '../report/expected.js';
import type { CaseResult, CheckResult, ContestantResult } from '../report/schema.js';
import { type CaseCheck, makeCheck } from './check.js';
import { type Contestant, isSkipped, type PreparedRun } from './contestant.js';
import { interleave } from './interleave.js';
import type { RunSuiteOptions } from './run-suite.js';
import { pairedSpeedup, summarise } from './statistics.js';
import { turnName } from './turn-name.js';

export interface RunCaseOptions extends RunSuiteOptions {
  readonly memory: boolean;
  readonly draws: Draws;
}

const CASE_LIMIT_MS = 60_000;
/** Copies of the inputs at most; with tiny ones the launches themselves are what takes the time. */
const MOST_INPUT_SETS = 32;

/** A contestant that takes part in a case. */
interface Entry {
  readonly contestant: Contestant;
  readonly prepared: PreparedRun;
  readonly prepareMs: number;
  /** Of the result before anything was timed. */
  firstCheck?: CheckResult | undefined;
  /** Why it stopped taking part. */
  failed?: string;
}

export async function runCase(
  benchCase: BenchCase,
  contestants: readonly Contestant[],
  options: RunCaseOptions,
): Promise<CaseResult> {
  using _range = profilerRange(benchCase.name);
  const started = performance.now();
  const deadline = started + (options.caseLimitMs ?? CASE_LIMIT_MS);
  const memory = options.memory ? await watchMemory() : undefined;
  const data = makeCaseData(benchCase, options.draws);
  const work = workOf(data);
  const inputSets = inputSetsFor(work, options.cacheBytes ?? 0);
  const entries: Entry[] = [];
  const skipped = new Map<Contestant, ContestantResult>();
  const skip = (contestant: Contestant, reason: string) =>
    skipped.set(contestant, { ...identity(contestant), skipped: reason });
  let check: CaseCheck | undefined;
  let peakBytes: number | undefined;
  try {
    // Before anybody can have written to the inputs; where memory is measured, after the run that is measured.
    if (!memory) check = makeCheck(benchCase, data);
    for (const [index, contestant] of contestants.entries()) {
      options.signal?.throwIfAborted();
      const isPeer = index > 0;
      if (isPeer && !concerns(contestant, benchCase)) continue;
      if (isPeer && performance.now() > deadline) {
        skip(contestant, 'out of time');
        continue;
      }
      if (!isPeer) await memory?.begin();
      const began = performance.now();
      try {
        const prepared = await contestant.prepare(benchCase, data, { inputSets });
        if (isSkipped(prepared)) {
          if (!(isPeer && prepared.unconcerned)) skip(contestant, prepared.skipped);
          continue;
        }
        const entry: Entry = { contestant, prepared, prepareMs: performance.now() - began };
        entries.push(entry);
        await prepared.run();
        if (!isPeer && memory) peakBytes = memory.peakBytes();
        check ??= makeCheck(benchCase, data);
        entry.firstCheck = await checkEntry(entry, check);
      } catch (error) {
        options.signal?.throwIfAborted();
        if (!isPeer) throw error;
        const entry = entries.find((other) => other.contestant === contestant);
        if (entry) entry.failed = reasonOf(error);
        else skip(contestant, reasonOf(error));
      }
    }
    const timed = await timeEntries(benchCase, entries, work, check, {
      ...options,
      deadline,
      underTest: contestants[0]!,
    });
    const all = contestants.flatMap((contestant) => {
      return skipped.get(contestant) ?? timed.results.get(contestant) ?? [];
    });
    const result: CaseResult = {
      case: benchCase,
      ...work,
      contestants: all,
      noise: timed.noise,
      ...(inputSets > 1 ? { inputSets } : {}),
      ...(timed.device ? { device: timed.device } : {}),
      ...(peakBytes === undefined ? {} : { peakBytes }),
      seconds: (performance.now() - started) / 1000,
    };
    const expected = expectedRecord(result, options.limits);
    return expected ? { ...result, expected } : result;
  } finally {
    for (const { prepared } of entries) await prepared[Symbol.asyncDispose]();
  }
}

/** Inputs and output that fit the cache are copied until they are twice its size. */
function inputSetsFor({ bytes }: Work, cacheBytes: number): number {
  if (bytes > cacheBytes || bytes === 0) return 1;
  return Math.min(MOST_INPUT_SETS, Math.ceil((2 * cacheBytes) / bytes));
}

function concerns({ operations }: Contestant, { operation, peers }: BenchCase): boolean {
  return peers !== false && (operations === undefined || operations.includes(operation));
}

async function checkEntry(
  { prepared }: Entry,
  check: CaseCheck | undefined,
): Promise<CheckResult | undefined> {
  if (!check || !prepared.result) return undefined;
  return check.compare(await prepared.result(check.rows));
}

async function timeEntries(
  benchCase: BenchCase,
  entries: readonly Entry[],
  work: Work,
  check: CaseCheck | undefined,
  options: RunSuiteOptions & { readonly deadline: number; readonly underTest: Contestant },
): Promise<{
  results: Map<Contestant, ContestantResult>;
  noise: number;
  device?: NonNullable<CaseResult['device']>;
}> {
  const results = new Map<Contestant, ContestantResult>();
  const [first] = entries;
  if (!first) return { results, noise: 0 };
  // Without the one under test there is nobody whom peers are compared with, and no peer whose failure matters.
  const own = first.contestant === options.underTest ? first : undefined;
  const each = entries.map((entry) => runOf(benchCase, entry, entry === own));
  options.watch?.begin();
  const rewarm = options.rewarm === true || !isComputation(benchCase);
  // It runs twice a round: what it differs from itself is what no difference can be told from.
  const turns = own ? [...each, each[0]!] : each;
  const times = await interleave(turns, { ...options, rewarm });
  const device = options.watch?.end();
  for (const [index, entry] of entries.entries()) {
    const { contestant } = entry;
    results.set(contestant, { ...identity(contestant), skipped: entry.failed ?? 'no reason given' });
    if (entry.failed !== undefined) continue;
    try {
      const lastCheck = await checkEntry(entry, check);
      results.set(contestant, {
        ...timedResult(benchCase, entry, work, times[index]!, lastCheck),
        ...(own ? { timeRatio: entry === own ? 1 : pairedSpeedup(times[0]!, times[index]!) } : {}),
      });
    } catch (error) {
      if (entry === own) throw error;
      results.set(contestant, { ...identity(contestant), skipped: reasonOf(error) });
    }
  }
  return {
    results,
    noise: own ? Math.abs(pairedSpeedup(times[0]!, times.at(-1)!) - 1) : 0,
    ...(device ? { device } : {}),
  };
}

/** A peer that fails drops out; the case goes on without it. */
function runOf(benchCase: BenchCase, entry: Entry, mustRun: boolean): () => Promise<number> {
  const name = turnName(benchCase, entry.contestant);
  return async () => {
    if (entry.failed !== undefined) return 0;
    using _range = profilerRange(name);
    try {
      return await entry.prepared.run();
    } catch (error) {
      if (mustRun) throw error;
      entry.failed = reasonOf(error);
      return 0;
    }
  };
}

function timedResult(
  benchCase: BenchCase,
  { contestant, prepared, prepareMs, firstCheck }: Entry,
  work: Work,
  times: readonly number[],
  lastCheck: CheckResult | undefined,
): ContestantResult {
  const { kernel, planMs, l2Bytes, timedAs } = prepared;
  const timing = summarise(times);
  // The worse of the two, so that neither hides the other.
  const check = firstCheck && lastCheck && firstCheck.error > lastCheck.error ? firstCheck : lastCheck;
  return {
    ...identity(contestant),
    ...(kernel === undefined ? {} : { kernel }),
    ...(planMs === undefined ? {} : { planMs }),
    ...(l2Bytes === undefined ? {} : { l2Bytes }),
    prepareMs,
    ...(timedAs === undefined ? {} : { timedAs }),
    timing,
    ...rates(benchCase, work, timing.median / 1000),
    ...(check ? { check } : {}),
  };
}

/** Whether the work itself is what is timed, rather than what the host does around it. */
const isComputation = ({ measure = 'compute' }: BenchCase) => measure === 'compute';

/** Work a second, where the work is what was timed. */
function rates(benchCase: BenchCase, work: Work, seconds: number): Partial<ContestantResult> {
  if (!isComputation(benchCase)) return {};
  if (work.usefulFlops === 0) return { gigabytesPerSecond: work.bytes / seconds / 1e9 };
  return {
    usefulTflops: work.usefulFlops / seconds / 1e12,
    denseTflops: work.denseFlops / seconds / 1e12,
  };
}

const identity = ({ name, version }: Contestant) => ({ name, version });

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
