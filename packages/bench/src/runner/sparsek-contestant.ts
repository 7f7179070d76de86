import { bsrFromDense, bsrToDense } from '@sparsek/bsr';
import type {
  AttentionInputs,
  AttentionResult,
  AttentionTensor,
  Backend,
  DenseMatrix,
  Dtype,
  Plan,
  SpmmInputs,
  Values,
} from '@sparsek/types';
import type { AttentionData, CaseData, ConvertData, SpmmData } from '../case/data.js';
import type { AttentionCase, BenchCase, SpmmCase } from '../case/schema.js';
import type { Contestant, PreparedRun, PrepareOptions, Skipped } from './contestant.js';
import { isCudaBackend, prepareOnDevice } from './device-runs.js';
import { negated } from './negate.js';
import { poison, selectRows } from './result-rows.js';
import { timeCalls } from './time-calls.js';

/** A backend of this library as a contestant. The backend stays the caller's, who disposes it. */
export function sparsekContestant(backend: Backend, version: string): Contestant {
  return {
    name: `sparsek ${backend.name}`,
    version: `${version}, ${backend.device}`,
    async prepare(benchCase: BenchCase, data: CaseData, options: PrepareOptions) {
      const { dtype } = benchCase;
      if (data.operation === 'convert') return prepareConvert(benchCase.measure, data);
      if (!backend.supports(data.operation, dtype)) {
        return { skipped: `no ${data.operation} of ${dtype} on ${backend.device}` };
      }
      const { measure = 'compute' } = benchCase;
      if ((measure === 'compute' || measure === 'launch') && isCudaBackend(backend)) {
        return prepareOnDevice(backend.cudaDevice, benchCase, data, options);
      }
      if (measure === 'launch') return { skipped: 'has no device to launch on' };
      if (data.operation === 'spmm') return prepareSpmm(backend, benchCase as SpmmCase, data);
      return prepareAttention(backend, benchCase as AttentionCase, data);
    },
    async [Symbol.asyncDispose]() {},
  };
}

async function prepareSpmm(backend: Backend, benchCase: SpmmCase, data: SpmmData): Promise<PreparedRun> {
  const { a, b } = data;
  return planRun<DenseMatrix, SpmmInputs, DenseMatrix>(benchCase.measure, {
    make: () => backend.planSpmm({ pattern: a, dtype: a.dtype, denseExtent: benchCase.n }),
    linear: b,
    inputs: (dense, out) => ({ values: a.values, dense, ...(out && { out }) }),
    read: (c) => ({ ...c, columns: c.shape[1] }),
  });
}

async function prepareAttention(
  backend: Backend,
  benchCase: AttentionCase,
  { mask, q, k, v, sinks }: AttentionData,
): Promise<PreparedRun> {
  const { batch, heads, kvHeads, headDim, dtype } = benchCase;
  return planRun<AttentionTensor, AttentionInputs, AttentionResult>(benchCase.measure, {
    make: () => backend.planAttention({ batch, heads, kvHeads, headDim, dtype, layout: 'bhsd', mask }),
    linear: v,
    inputs: (values, newest) => ({
      ...{ q, k, v: values, ...(sinks && { sinks }) },
      ...(newest && { out: newest.o }),
    }),
    read: ({ o }) => ({ ...o, columns: headDim }),
  });
}

interface PlannedCase<Operand, Inputs, Output> {
  readonly make: () => Promise<Plan<Inputs, Output>>;
  /** The operand that the result is linear in: B of a product, V of attention. */
  readonly linear: Operand;
  /** With the newest result to write over, so that runs after the first time no fresh memory. */
  readonly inputs: (linear: Operand, newest?: Output) => Inputs;
  readonly read: (output: Output) => {
    readonly values: Values;
    readonly dtype: Dtype;
    readonly columns: number;
  };
}

async function planRun<Operand extends DenseMatrix | AttentionTensor, Inputs, Output>(
  measure: BenchCase['measure'],
  { make, linear, inputs, read }: PlannedCase<Operand, Inputs, Output>,
): Promise<PreparedRun> {
  const plan = await make();
  let newest: Output | undefined;
  const runOn = async (operand: Operand) => {
    newest = (await plan.run(inputs(operand, newest))).output;
    return newest;
  };
  const compute = async () => {
    // What a caller waits for, as for peers: computeMs leaves out the way to the threads and back.
    const start = performance.now();
    await runOn(linear);
    return performance.now() - start;
  };
  const call = () =>
    timeCalls(async () => {
      await runOn(linear);
    });
  const makeAndDispose = () =>
    timeCalls(async () => {
      (await make())[Symbol.dispose]();
    });
  return {
    kernel: plan.kernel,
    planMs: plan.planMs,
    run: measure === 'plan' ? makeAndDispose : measure === 'call' ? call : compute,
    async result(rows) {
      if (newest) {
        const { values, dtype } = read(newest);
        poison(values, dtype);
      }
      // Other values than those of the timed runs: what an earlier run left anywhere has the wrong sign.
      const { values, dtype, columns } = read(await runOn(negated(linear)));
      const found = selectRows(values, { dtype, columns, rows });
      return { ...found, rows: found.rows.map((value) => -value) };
    },
    async [Symbol.asyncDispose]() {
      plan[Symbol.dispose]();
    },
  };
}

/** On the host, whatever the backend; a whole call is all there is. */
function prepareConvert(measure: BenchCase['measure'], { a }: ConvertData): PreparedRun | Skipped {
  if (measure === 'plan') return { skipped: 'conversions have no plans' };
  if (measure === 'launch') return { skipped: 'conversions run on the host' };
  const dense = bsrToDense(a);
  let newest = dense;
  return {
    kernel: 'bsrFromDense, bsrToDense on the host',
    async run() {
      const start = performance.now();
      newest = bsrToDense(bsrFromDense(dense, a.blockShape));
      return performance.now() - start;
    },
    async result(rows) {
      const { values, dtype, shape } = newest;
      return selectRows(values, { dtype, columns: shape[1], rows });
    },
    async [Symbol.asyncDispose]() {},
  };
}
