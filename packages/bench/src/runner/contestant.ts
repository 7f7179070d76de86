import type { CaseData } from '../case/data.js';
import type { BenchCase } from '../case/schema.js';

/** One side of a comparison, ready to run a case again and again. */
export interface PreparedRun extends AsyncDisposable {
  /** Name of the kernel or function that runs, for the report. */
  readonly kernel?: string;
  readonly planMs?: number;
  /** Runs once and returns the time in milliseconds. */
  run(): Promise<number>;
  /** The newest result, for the check: all of it, row-major float32. Absent where there is nothing to check. */
  result?(): Promise<Float32Array>;
}

/** Why a contestant does not take part in a case. */
export interface Skipped {
  readonly skipped: string;
}

/** Somebody who can run cases: a backend of this library, or a peer. */
export interface Contestant extends AsyncDisposable {
  /** Such as "sparsek cpu" or "numpy dense". */
  readonly name: string;
  /** Versions of everything that decides its speed. */
  readonly version: string;
  prepare(benchCase: BenchCase, data: CaseData): Promise<PreparedRun | Skipped>;
}

export function isSkipped(prepared: PreparedRun | Skipped): prepared is Skipped {
  return 'skipped' in prepared;
}
