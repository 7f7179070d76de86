import type { BackendName, OperationName } from '@sparsek/types';
import type { Level } from '../cases/list.js';

export type CheckStatus = 'passed' | 'failed' | 'skipped';

/** One check of a conformance run. Plain JSON. */
export interface CheckReport {
  readonly operation: OperationName;
  /** What the check is about: a case's description, a wrong input, a behaviour. */
  readonly kind: 'values' | 'invalid' | 'behaviour';
  readonly name: string;
  readonly status: CheckStatus;
  /** Why it failed or was skipped. */
  readonly reason?: string;
  /** Largest absolute error of the result's elements. */
  readonly error?: number;
  /** 2 * max|n - r| + floor. */
  readonly bound?: number;
  readonly seconds: number;
}

export interface ConformanceTotals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What a backend can and cannot do. Plain JSON. */
export interface ConformanceReport {
  readonly backend: BackendName;
  readonly device: string;
  readonly level: Level;
  readonly seed: number;
  readonly seconds: number;
  readonly totals: ConformanceTotals;
  readonly cases: readonly CheckReport[];
}
