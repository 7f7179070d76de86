import type { AttentionInputs, AttentionProblem, AttentionResult, Plan, PlanOptions } from '@sparsek/types';
import { type BackendState } from '../plan.js';
export declare function planAttention(state: BackendState, problem: AttentionProblem, options?: PlanOptions): Promise<Plan<AttentionInputs, AttentionResult>>;
//# sourceMappingURL=attention.d.ts.map