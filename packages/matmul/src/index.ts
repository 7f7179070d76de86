export type { PlanInfo } from './plan-info.js';
export {
  type PlanSpmmOptions,
  planSpmm,
  type SpmmPlan,
  type SpmmRunOptions,
  type SpmmShapeOptions,
} from './plan-spmm.js';
export {
  type PlanSddmmOptions,
  planSddmm,
  type SddmmOptions,
  type SddmmPlan,
  type SddmmRunOptions,
  sddmm,
} from './sddmm.js';
export {
  type PlanSpgemmOptions,
  planSpgemm,
  type SpgemmOptions,
  type SpgemmPlan,
  type SpgemmRunOptions,
  spgemm,
} from './spgemm.js';
export { type SpmmOptions, spmm } from './spmm.js';
export {
  type PlanSpmm24Options,
  planSpmm24,
  type Spmm24Options,
  type Spmm24Plan,
  type Spmm24RunOptions,
  spmm24,
} from './spmm24.js';
export { type ProductProblem, usefulFlops } from './useful-flops.js';
