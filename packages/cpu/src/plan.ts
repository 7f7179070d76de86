import { DisposedError, type Plan, type PlanOptions, type RunOptions } from '@sparsek/types';
import { callNative } from './call.js';
import type { NativeAddon, NativeCall, NativePlan, PlanSettings, RunSettings } from './native/addon.js';

/** What plans know of the backend that made them. */
export interface BackendState {
  readonly addon: NativeAddon;
  readonly threads: number;
  readonly instructionSet: string;
  /** Whether work of some ten microseconds may run on the calling thread. */
  readonly inPlace: boolean;
  disposed: boolean;
}

/** What distinguishes one operation's plans from another's; `Made` is what the addon's planning resolves to. */
export interface PlanParts<Made, Inputs, Output> {
  readonly kernel: string;
  /** Starts planning in the addon. */
  readonly make: (settings: PlanSettings) => NativeCall<Made>;
  readonly planOf: (made: Made) => NativePlan;
  /** Checks the inputs, makes the output and starts the run. */
  readonly start: (made: Made, inputs: Inputs, settings: RunSettings) => Started<Output>;
}

export interface Started<Output> {
  readonly output: Output;
  readonly call: NativeCall<number>;
}

/** Frees native plans that were dropped without being disposed only when JavaScript collects them. */
export async function makePlan<Made, Inputs, Output>(
  state: BackendState,
  parts: PlanParts<Made, Inputs, Output>,
  begin: number,
  options?: PlanOptions,
): Promise<Plan<Inputs, Output>> {
  const { addon, instructionSet, threads, inPlace } = state;
  const made = await callNative(addon, () => parts.make({ instructionSet, inPlace }), options);
  const planMs = performance.now() - begin;
  let disposed = false;

  async function run(inputs: Inputs, runOptions?: RunOptions) {
    if (disposed) throw new DisposedError('This plan was disposed; make a new one');
    if (state.disposed) throw new DisposedError('The CPU backend was disposed; open a new one');
    runOptions?.signal?.throwIfAborted();
    let output: Output | undefined;
    const computeMs = await callNative(
      addon,
      () => {
        const started = parts.start(made, inputs, { threads, inPlace });
        output = started.output;
        return started.call;
      },
      runOptions,
    );
    return { output: output as Output, computeMs };
  }

  return {
    planMs,
    kernel: parts.kernel,
    run,
    [Symbol.dispose]() {
      if (disposed) return;
      disposed = true;
      // Runs in flight keep the native plan until they end.
      addon.disposePlan(parts.planOf(made));
    },
  };
}
