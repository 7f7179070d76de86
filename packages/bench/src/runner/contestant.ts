import type { CaseData } from '../case/data.js';
import type { BenchCase } from '../case/schema.js';

/** Some rows of a result, for the check. */
export interface ResultRows {
  /** The rows asked for, one after the other, as float32. */
  readonly rows: Float32Array;
  /** Whether every element of the whole result, not only of these rows, is a finite number. */
  readonly finite: boolean;
}

/** One side of a comparison, ready to run a case again and again. */
export interface PreparedRun extends AsyncDisposable {
  /** Name of the kernel or function that runs, for the report. */
  readonly kernel?: string;
  readonly planMs?: number;
  /** Bytes between the L2 cache and the multiprocessors in one run, where the plan tells. */
  readonly l2Bytes?: number;
  /** How runs are timed, where that is not one call: such as "5 launches in a graph". */
  readonly timedAs?: string;
  /** Runs once and returns the time in milliseconds. */
  run(): Promise<number>;
  /**
   * Rows of the newest result, seen as a matrix of `[rows, columns of C]` or `[batch * heads * queries, headDim]`.
   * Absent where there is nothing to check.
   */
  result?(rows: readonly number[]): Promise<ResultRows>;
}

/** Why a contestant does not take part in a case. */
export interface Skipped {
  readonly skipped: string;
  /** The case is nothing for such a contestant: it is left out of the report rather than listed as skipped. */
  readonly unconcerned?: boolean;
}

export interface PrepareOptions {
  /** Take turns over so many copies of the inputs, so that no launch finds what the one before left in the caches. */
  readonly inputSets: number;
}

/** Somebody who can run cases: a backend of this library, or a peer. */
export interface Contestant extends AsyncDisposable {
  /** Such as "sparsek cpu" or "numpy dense". */
  readonly name: string;
  /** Versions of everything that decides its speed. */
  readonly version: string;
  /** Cases of other operations do not concern it. Absent: all. */
  readonly operations?: readonly BenchCase['operation'][];
  prepare(benchCase: BenchCase, data: CaseData, options: PrepareOptions): Promise<PreparedRun | Skipped>;
}

export function isSkipped(prepared: PreparedRun | Skipped): prepared is Skipped {
  return 'skipped' in prepared;
}
