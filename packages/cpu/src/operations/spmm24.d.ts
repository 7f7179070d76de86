import type { DenseMatrix, Plan, PlanOptions, Spmm24Inputs, Spmm24Problem } from '@sparsek/types';
import { type BackendState } from '../plan.js';
/** A's values are copied into the plan. */
export declare function planSpmm24(state: BackendState, problem: Spmm24Problem, options?: PlanOptions): Promise<Plan<Spmm24Inputs, DenseMatrix>>;
//# sourceMappingURL=spmm24.d.ts.map