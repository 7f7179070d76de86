import type { AttentionProblem } from '@sparsek/types';
import { guard } from '../../errors/guard.js';
import type { AttentionPlanHandle } from '../../native/binding.js';
import { ELEMENT_CODE } from '../codes.js';
import { portableWanted } from '../kernel-choice.js';
import type { Session } from '../session.js';
import { kernelMask } from './kernel-mask.js';

export interface NativePlan {
  readonly plan: AttentionPlanHandle;
  readonly kernel: string;
  readonly l2Traffic: number;
}

/** Widest head for which the Hopper kernels take blocks of 64; wider ones read them faster as blocks of 128. */
const WIDEST_FOR_64 = 128;

/** Instances with the ALiBi term are slower, and only the inputs tell whether it is wanted. */
export interface NativePlans extends Disposable {
  /** The plan with or without the ALiBi term; made when it is first asked for. */
  planFor(alibi: boolean): NativePlan;
}

export function createNativePlans(session: Session, problem: AttentionProblem): NativePlans {
  const { batch, heads, kvHeads, headDim, valueDim = headDim, dtype, outputDtype = dtype } = problem;
  const { softcap = 0, scale = 1 / Math.sqrt(headDim) } = problem;
  const portable = portableWanted();
  const takes64 =
    portable || !hasHopperKernel(session, problem) || Math.max(headDim, valueDim) <= WIDEST_FOR_64;
  const shape = {
    batch,
    heads,
    kvHeads,
    headDim,
    valueDim,
    elementType: ELEMENT_CODE[dtype],
    outputType: ELEMENT_CODE[outputDtype],
    scale,
    softcap,
    portable,
    mask: kernelMask(problem.mask, takes64),
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

/** As the native planner chooses; only the size of the mask's blocks depends on it here. */
function hasHopperKernel(
  { device }: Session,
  { headDim, valueDim = headDim, dtype, outputDtype = dtype }: AttentionProblem,
): boolean {
  return (
    device.info.computeCapability === '9.0' &&
    dtype !== 'f32' &&
    outputDtype === dtype &&
    headDim % 8 === 0 &&
    valueDim % 8 === 0
  );
}
