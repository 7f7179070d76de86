import type { BsrMatrix, Plan, PlanOptions, SddmmInputs, SddmmProblem } from '@sparsek/types';
import { type BackendState } from '../plan.js';
export declare function planSddmm(state: BackendState, problem: SddmmProblem, options?: PlanOptions): Promise<Plan<SddmmInputs, BsrMatrix>>;
//# sourceMappingURL=sddmm.d.ts.map