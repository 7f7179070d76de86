import { type Plan, type PlanOptions, type SpgemmInputs, type SpgemmProblem, type SpgemmResult } from '@sparsek/types';
import { type BackendState } from '../plan.js';
export declare function planSpgemm(state: BackendState, problem: SpgemmProblem, options?: PlanOptions): Promise<Plan<SpgemmInputs, SpgemmResult>>;
//# sourceMappingURL=spgemm.d.ts.map