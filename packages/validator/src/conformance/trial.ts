import type { Backend, Dtype, PlanOptions, RunOptions } from '@sparsek/types';
import type { Comparison } from '../bounds/compare.js';
import type { Case } from '../cases/case.js';
import { attentionTrial } from './trials/attention.js';
import { sddmmTrial } from './trials/sddmm.js';
import { spgemmTrial } from './trials/spgemm.js';
import { spmmTrial } from './trials/spmm.js';
import { spmm24Trial } from './trials/spmm24.js';

/** What a run gave. */
export interface Outcome {
  /** Every number of the result, in an order that does not depend on the storage. */
  readonly numbers: Float64Array;
  readonly computeMs: number;
  /** What is wrong with the result besides its numbers: shape, dtype, place. */
  readonly fault?: string;
}

/** A plan whose inputs are at hand. */
export interface PlannedTrial extends Disposable {
  readonly planMs: number;
  readonly kernel: string;
  /** With `given`, the result goes to memory that holds NaN and is surrounded by NaN. */
  run(memory: 'given' | 'new', options?: RunOptions): Promise<Outcome>;
}

/** One case, ready to be tried on any backend. */
export interface Trial {
  readonly dtype: Dtype;
  /** False for operations whose result has no place that a caller could give. */
  readonly takesOut: boolean;
  plan(backend: Backend, options?: PlanOptions): Promise<PlannedTrial>;
  /** One comparison for each tensor of the result. */
  compare(numbers: Float64Array): Comparison[];
  /** What was written that must not have been. */
  damage(): string | undefined;
}

export function trialOf(testCase: Case): Trial {
  switch (testCase.operation) {
    case 'spmm':
      return spmmTrial(testCase);
    case 'sddmm':
      return sddmmTrial(testCase);
    case 'spgemm':
      return spgemmTrial(testCase);
    case 'spmm24':
      return spmm24Trial(testCase);
    case 'attention':
      return attentionTrial(testCase);
  }
}
