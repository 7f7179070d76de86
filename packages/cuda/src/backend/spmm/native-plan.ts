import { type SpmmProblem, UnsupportedOperationError } from '@sparsek/types';
import { guard } from '../../errors/guard.js';
import type { SpmmPlanHandle } from '../../native/binding.js';
import { ELEMENT_CODE } from '../codes.js';
import type { Session } from '../session.js';
import { type Orientation, orient, REBLOCKED } from './orient.js';

export interface NativePlan {
  readonly plan: SpmmPlanHandle;
  readonly kernel: string;
  /** How the kernel reads Y; not always as asked for. */
  readonly columnMajor: boolean;
}

export interface PlannedProduct {
  /** What is computed. */
  readonly orientation: Orientation;
  /** The same in the caller's blocks, where the kernels work on others. */
  readonly own: Orientation | undefined;
  /** The plan for the common case: a dense matrix in row order. */
  readonly first: NativePlan;
  planFor(columnMajor: boolean): NativePlan;
  dispose(): void;
}

/** Takes the pattern's own blocks where a kernel does, and else blocks that one does. */
export function planProduct(session: Session, problem: SpmmProblem): PlannedProduct {
  const plain = orient(problem);
  // Transposed, the rows of a row-order matrix are columns.
  const usual = plain.transposed;
  let orientation = plain;
  let first: NativePlan;
  try {
    first = makePlan(session, problem, plain, usual);
  } catch (error) {
    if (!UnsupportedOperationError.isInstance(error)) throw error;
    orientation = orient(problem, REBLOCKED);
    first = makePlan(session, problem, orientation, usual);
  }
  const plans = new Map([[usual, first]]);
  return {
    orientation,
    own: orientation === plain ? undefined : plain,
    first,
    planFor(columnMajor) {
      const made = plans.get(columnMajor) ?? makePlan(session, problem, orientation, columnMajor);
      plans.set(columnMajor, made);
      return made;
    },
    dispose() {
      for (const { plan } of plans.values()) session.binding.dropSpmmPlan(plan);
      plans.clear();
    },
  };
}

/** A kernel that reads Y in column order, or else one that reads it in row order. */
function makePlan(
  session: Session,
  problem: SpmmProblem,
  orientation: Orientation,
  columnMajor: boolean,
): NativePlan {
  try {
    return makeExactPlan(session, problem, orientation, columnMajor);
  } catch (error) {
    if (!columnMajor || !UnsupportedOperationError.isInstance(error)) throw error;
    return makeExactPlan(session, problem, orientation, false);
  }
}

function makeExactPlan(
  session: Session,
  { dtype, denseExtent }: SpmmProblem,
  { pattern }: Orientation,
  columnMajor: boolean,
): NativePlan {
  const made = guard('plan spmm', () =>
    session.binding.planSpmm(
      session.stream().handle,
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
  return { ...made, columnMajor };
}
