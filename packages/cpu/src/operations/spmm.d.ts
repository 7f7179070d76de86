import type { DenseMatrix, Plan, PlanOptions, Spmm24Inputs, SpmmInputs, SpmmProblem } from '@sparsek/types';
import { type Product } from '../checks/product.js';
import type { NativeSpmmInputs } from '../native/addon.js';
import { type BackendState, type Started } from '../plan.js';
export declare function planSpmm(state: BackendState, problem: SpmmProblem, options?: PlanOptions): Promise<Plan<SpmmInputs, DenseMatrix>>;
/** The output and the addon's view of the inputs that `spmm` and `spmm24` have in common. */
export declare function productInputs(product: Product, inputs: Spmm24Inputs): Pick<Started<DenseMatrix>, 'output'> & {
    readonly native: NativeSpmmInputs;
};
//# sourceMappingURL=spmm.d.ts.map