import { DisposedError, type Plan, type RunOptions, type Timed } from '@sparsek/types';
import { DISPOSE } from '../dispose.js';
import { runStepsAsync, type Steps } from '../reference/steps.js';

/** What distinguishes one operation's plan from another's. */
export interface PlanParts<Inputs, Computed, Output> {
  readonly planMs: number;
  /** Whether the backend was disposed in the meantime. */
  readonly isDisposed: () => boolean;
  readonly check: (inputs: Inputs) => void;
  readonly compute: (inputs: Inputs) => Steps<Computed>;
  /** Rounds what was computed into its place. */
  readonly finish: (computed: Computed, inputs: Inputs) => Output;
}

export function referencePlan<Inputs, Computed, Output>(
  parts: PlanParts<Inputs, Computed, Output>,
): Plan<Inputs, Output> {
  let disposed = false;

  async function run(inputs: Inputs, options?: RunOptions): Promise<Timed<Output>> {
    if (disposed || parts.isDisposed()) throw new DisposedError('This plan was disposed; make a new one');
    options?.signal?.throwIfAborted();
    parts.check(inputs);
    const start = performance.now();
    const output = parts.finish(await runStepsAsync(parts.compute(inputs), options), inputs);
    return { output, computeMs: performance.now() - start };
  }

  return {
    planMs: parts.planMs,
    kernel: 'float64',
    run,
    [DISPOSE]() {
      disposed = true;
    },
  };
}
