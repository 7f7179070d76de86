import { type Backend, OPERATIONS, type OperationName } from '@sparsek/types';
import { type Case, describeCase } from '../cases/case.js';
import { conformanceCases, type Level } from '../cases/list.js';
import { behaviourChecks } from './behaviour.js';
import { type CheckResult, checkCase } from './check-case.js';
import { invalidChecks } from './invalid.js';
import { HUGE_CHECKS, longAttentionCases } from './large-attention.js';
import { repeatChecks } from './repeat-under-load.js';
import type { CheckReport, CheckStatus, ConformanceReport } from './report.js';

export interface ConformanceOptions {
  /** Instead of the level's own cases; then neither wrong input nor behaviour is checked. */
  readonly cases?: readonly Case[];
  /** Operations, or part of a check's name; default: everything. */
  readonly only?: OperationName | (string & {});
  /** Default 0. */
  readonly seed?: number;
  /** Default `quick`. */
  readonly level?: Level;
  /** Called after every check. */
  readonly onCase?: (report: CheckReport, done: number, total: number) => void;
  readonly signal?: AbortSignal;
  /** Opens the backend once more, with streams of its own, which the repeats under load keep busy. */
  readonly openAnother?: () => Promise<Backend>;
  /** Longest time that one check may take, in seconds; then it has failed, and the run goes on. Default 60. */
  readonly timeLimit?: number;
}

/** How often each case is run again. */
const REPEATS: Readonly<Record<Level, number>> = { quick: 1, thorough: 3 };

interface Check extends Pick<CheckReport, 'operation' | 'kind' | 'name'> {
  readonly run: () => Promise<CheckResult>;
  /** How many times the usual limit it may take. Default 1. */
  readonly patience?: number;
}

/**
 * Holds a backend against the float64 reference and the contract of `Backend`: values within their bounds, every
 * element written, nothing else written, the same bits again, the right error for wrong input, and what disposing and
 * aborting promise. A check that fails does not stop the run.
 *
 * @throws the signal's reason when it is aborted.
 */
export async function runConformance(
  backend: Backend,
  options: ConformanceOptions = {},
): Promise<ConformanceReport> {
  const { level = 'quick', seed = 0, timeLimit = 60 } = options;
  const start = performance.now();
  const checks = listChecks(backend, options).filter((check) => isWanted(check, options.only));
  const reports: CheckReport[] = [];
  for (const { run, patience = 1, ...check } of checks) {
    options.signal?.throwIfAborted();
    const begin = performance.now();
    const result = await settleWithin(patience * timeLimit, run());
    const report = { ...check, ...result, seconds: (performance.now() - begin) / 1000 };
    reports.push(report);
    options.onCase?.(report, reports.length, checks.length);
  }
  const count = (status: CheckStatus) => reports.filter((report) => report.status === status).length;
  return {
    backend: backend.name,
    device: backend.device,
    level,
    seed,
    seconds: (performance.now() - start) / 1000,
    totals: { passed: count('passed'), failed: count('failed'), skipped: count('skipped') },
    cases: reports,
  };
}

function listChecks(backend: Backend, options: ConformanceOptions): Check[] {
  const { level = 'quick', seed = 0, signal } = options;
  const large = level === 'thorough' && backend.name === 'cuda';
  const cases = options.cases ?? [
    ...conformanceCases({ seed, level }),
    ...(large ? longAttentionCases(seed) : []),
  ];
  const values = cases.map(
    (testCase): Check => ({
      operation: testCase.operation,
      kind: 'values',
      name: describeCase(testCase),
      run: () => checkCase(backend, testCase, REPEATS[level], signal === undefined ? {} : { signal }),
    }),
  );
  if (options.cases !== undefined) return values;
  const invalid = invalidChecks().map(
    ({ operation, name, run }): Check => ({ operation, name, kind: 'invalid', run: () => run(backend) }),
  );
  const behaviour = behaviourChecks().map(
    ({ operation, name, run }): Check => ({ operation, name, kind: 'behaviour', run: () => run(backend) }),
  );
  if (level === 'quick') return [...values, ...invalid, ...behaviour];
  const repeats = repeatChecks().map(
    ({ operation, name, run }): Check => ({
      operation,
      name,
      kind: 'behaviour',
      run: () => run(backend, options.openAnother),
      patience: 5,
    }),
  );
  const huge = (large ? HUGE_CHECKS : []).map(
    ({ name, run }): Check => ({
      operation: 'attention',
      name,
      kind: 'values',
      run: () => run(backend),
      patience: 5,
    }),
  );
  return [...values, ...invalid, ...behaviour, ...repeats, ...huge];
}

function isWanted(check: Check, only: string | undefined): boolean {
  if (only === undefined) return true;
  if (OPERATIONS.some((operation) => operation === only)) return check.operation === only;
  return check.name.includes(only);
}

async function settleWithin(seconds: number, work: Promise<CheckResult>): Promise<CheckResult> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<CheckResult>((resolve) => {
    const failed: CheckResult = { status: 'failed', reason: `nothing came within ${seconds} s` };
    timer = setTimeout(() => resolve(failed), seconds * 1000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
