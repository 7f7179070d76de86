import type { Backend, Plan, RunOptions, Timed } from '@sparsek/types';
import { referenceBackend } from '@sparsek/validator';

type Change<Output> = (run: () => Promise<Timed<Output>>) => Promise<Timed<Output>>;

/** The reference backend with every run of its plans changed. */
function changed(change: Change<unknown>): Backend {
  const backend = referenceBackend();
  const wrap = async <Inputs, Output>(
    planned: Promise<Plan<Inputs, Output>>,
  ): Promise<Plan<Inputs, Output>> => {
    const plan = await planned;
    return {
      planMs: plan.planMs,
      kernel: plan.kernel,
      run: (inputs: Inputs, options?: RunOptions) =>
        change(() => plan.run(inputs, options)) as Promise<Timed<Output>>,
      [Symbol.dispose]: () => plan[Symbol.dispose](),
    };
  };
  return {
    ...backend,
    planSpmm: (problem, options) => wrap(backend.planSpmm(problem, options)),
    planAttention: (problem, options) => wrap(backend.planAttention(problem, options)),
  };
}

/** Does all its work `times` times. */
export function slowedBackend(times: number): Backend {
  return changed(async (run) => {
    let computeMs = 0;
    let output: unknown;
    for (let repeat = 0; repeat < times; repeat++) {
      const timed = await run();
      computeMs += timed.computeMs;
      output = timed.output;
    }
    return { output, computeMs };
  });
}

/** Damages what a run returns; `damage` writes into the values of the product or of O. */
export function wrongBackend(damage: (values: Float32Array) => unknown): Backend {
  return changed(async (run) => {
    const timed = await run();
    const { output } = timed as Timed<{ values: Float32Array } | { o: { values: Float32Array } }>;
    damage('o' in output ? output.o.values : output.values);
    return timed;
  });
}
