import type { AttentionProblem } from '@sparsek/types';
import { guard } from '../../errors/guard.js';
import type { AttentionPlanHandle } from '../../native/binding.js';
import { ELEMENT_CODE } from '../codes.js';
import type { Session } from '../session.js';
import { kernelMask } from './kernel-mask.js';

export interface NativePlan {
  readonly plan: AttentionPlanHandle;
  readonly kernel: string;
}

/** Instances with the ALiBi term are slower, and only the inputs tell whether it is wanted. */
export interface NativePlans extends Disposable {
  /** The plan with or without the ALiBi term; made when it is first asked for. */
  planFor(alibi: boolean): NativePlan;
}

/** @param dim - Width of Q, K, V and O as the kernel sees them. */
export function createNativePlans(
  session: Session,
  problem: Omit<AttentionProblem, 'outputDtype' | 'valueDim'>,
  dim: number,
): NativePlans {
  const { batch, heads, kvHeads, headDim, dtype, softcap = 0, scale = 1 / Math.sqrt(headDim) } = problem;
  const mask = kernelMask(problem.mask, dim);
  const shape = {
    batch,
    heads,
    kvHeads,
    headDim: dim,
    elementType: ELEMENT_CODE[dtype],
    scale,
    softcap,
    mask,
  };
  const plans = new Map<boolean, NativePlan>();
  return {
    planFor(alibi) {
      const made =
        plans.get(alibi) ??
        guard('plan attention', () =>
          session.binding.planAttention(session.planningStream().handle, { ...shape, alibi }),
        );
      plans.set(alibi, made);
      return made;
    },
    [Symbol.dispose]() {
      for (const { plan } of plans.values()) session.binding.dropAttentionPlan(plan);
      plans.clear();
    },
  };
}
