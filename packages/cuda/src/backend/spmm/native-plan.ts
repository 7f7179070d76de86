import { MODEL, nativeSpmm, PORTABLE, type SpmmTuning } from '../../autotune/spmm.js';
import { guard } from '../../errors/guard.js';
import type { SpmmPlanHandle } from '../../native/binding.js';
import { portableWanted } from '../kernel-choice.js';
import type { Session } from '../session.js';

export interface NativePlan {
  readonly plan: SpmmPlanHandle;
  readonly kernel: string;
  readonly l2Traffic: number;
  readonly packedBytes: number;
}

/** Kernels differ in how they read the dense matrix, and a problem does not tell which way it lies. */
export interface NativePlans extends Disposable {
  /** The plan for Y in column order, or in row order; made when it is first asked for. */
  planFor(columnMajor: boolean): NativePlan;
}

/** @param tuned - The candidate to take for Y lying one way; the model's for the other way. */
export function createNativePlans(
  session: Session,
  problem: Omit<SpmmTuning, 'columnMajor'>,
  tuned?: { readonly columnMajor: boolean; readonly candidate: string },
): NativePlans {
  const plans = new Map<boolean, NativePlan>();
  const candidateFor = (columnMajor: boolean) => {
    if (portableWanted()) return PORTABLE;
    return tuned?.columnMajor === columnMajor ? tuned.candidate : MODEL;
  };
  const make = (columnMajor: boolean) =>
    guard('plan spmm', () =>
      session.binding.planSpmm(
        session.planningStream().handle,
        ...nativeSpmm({ ...problem, columnMajor }),
        candidateFor(columnMajor),
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
