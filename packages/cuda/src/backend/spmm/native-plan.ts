import type { BsrPattern, SpmmProblem } from '@sparsek/types';
import { guard } from '../../errors/guard.js';
import type { SpmmPlanHandle } from '../../native/binding.js';
import { ELEMENT_CODE } from '../codes.js';
import type { Session } from '../session.js';

export interface NativePlan {
  readonly plan: SpmmPlanHandle;
  readonly kernel: string;
  readonly packedBytes: number;
}

/** Kernels differ in how they read the dense matrix, and a problem does not tell which way it lies. */
export interface NativePlans extends Disposable {
  /** The plan for Y in column order, or in row order; made when it is first asked for. */
  planFor(columnMajor: boolean): NativePlan;
}

export function createNativePlans(
  session: Session,
  { dtype, denseExtent }: Pick<SpmmProblem, 'dtype' | 'denseExtent'>,
  pattern: BsrPattern,
): NativePlans {
  const plans = new Map<boolean, NativePlan>();
  const make = (columnMajor: boolean) =>
    guard('plan spmm', () =>
      session.binding.planSpmm(
        session.planningStream().handle,
        ...pattern.shape,
        ...pattern.blockShape,
        pattern.indptr,
        pattern.indices,
        ELEMENT_CODE[dtype],
        denseExtent,
        1,
        columnMajor,
      ),
    );
  return {
    planFor(columnMajor) {
      const made = plans.get(columnMajor) ?? make(columnMajor);
      plans.set(columnMajor, made);
      return made;
    },
    [Symbol.dispose]() {
      for (const { plan } of plans.values()) session.binding.dropSpmmPlan(plan);
      plans.clear();
    },
  };
}
