import { bsrFromDense, bsrToDense } from '@sparsek/bsr';
import type { AttentionResult, Backend, DenseMatrix, Dtype, Plan, Values } from '@sparsek/types';
import type { AttentionData, CaseData, ConvertData, SpmmData } from '../case/data.js';
import type { AttentionCase, BenchCase, SpmmCase } from '../case/schema.js';
import type { Contestant, PreparedRun, PrepareOptions } from './contestant.js';
import { isCudaBackend, prepareOnDevice } from './device-runs.js';
import { poison, selectRows } from './result-rows.js';
import { timeCalls } from './time-calls.js';

/** A backend of this library as a contestant. The backend stays the caller's, who disposes it. */
export function sparsekContestant(backend: Backend, version: string): Contestant {
  return {
    name: `sparsek ${backend.name}`,
    version: `${version}, ${backend.device}`,
    async prepare(benchCase: BenchCase, data: CaseData, options: PrepareOptions) {
      const { dtype } = benchCase;
      if (data.operation === 'convert') return prepareConvert(data);
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
  const make = () => backend.planSpmm({ pattern: a, dtype: a.dtype, denseExtent: benchCase.n });
  const inputs = (out?: DenseMatrix) => ({ values: a.values, dense: b, ...(out && { out }) });
  return planRun(benchCase.measure, make, inputs, (c) => ({ ...c, columns: c.shape[1] }));
}

async function prepareAttention(
  backend: Backend,
  benchCase: AttentionCase,
  { mask, q, k, v, sinks }: AttentionData,
): Promise<PreparedRun> {
  const { batch, heads, kvHeads, headDim, dtype } = benchCase;
  const make = () => backend.planAttention({ batch, heads, kvHeads, headDim, dtype, layout: 'bhsd', mask });
  const inputs = (newest?: AttentionResult) => ({
    ...{ q, k, v, ...(sinks && { sinks }) },
    ...(newest && { out: newest.o }),
  });
  return planRun(benchCase.measure, make, inputs, ({ o }) => ({ ...o, columns: headDim }));
}

async function planRun<Inputs, Output>(
  measure: BenchCase['measure'],
  make: () => Promise<Plan<Inputs, Output>>,
  /** With the newest result to write over, so that runs after the first time no fresh memory. */
  inputs: (newest?: Output) => Inputs,
  read: (output: Output) => { readonly values: Values; readonly dtype: Dtype; readonly columns: number },
): Promise<PreparedRun> {
  const plan = await make();
  let newest: Output | undefined;
  const compute = async () => {
    const { output, computeMs } = await plan.run(inputs(newest));
    newest = output;
    return computeMs;
  };
  const call = () =>
    timeCalls(async () => {
      newest = (await plan.run(inputs(newest))).output;
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
      newest = (await plan.run(inputs(newest))).output;
      const { values, dtype, columns } = read(newest);
      return selectRows(values, { dtype, columns, rows });
    },
    async [Symbol.asyncDispose]() {
      plan[Symbol.dispose]();
    },
  };
}

/** On the host, whatever the backend. */
function prepareConvert({ a }: ConvertData): PreparedRun {
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
