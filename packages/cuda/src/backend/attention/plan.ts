import { allocateValues } from '@sparsek/bsr';
import { attentionShape, checkAttentionInputs, checkAttentionProblem } from '@sparsek/bsr/problem';
import {
  type AttentionInputs,
  type AttentionProblem,
  type AttentionResult,
  type AttentionTensor,
  BYTES_PER_ELEMENT,
  type Plan,
  type PlanOptions,
  type RunOptions,
  type Timed,
  UnsupportedOperationError,
} from '@sparsek/types';
import { guard } from '../../errors/guard.js';
import { usedMemory } from '../../stream/stream.js';
import { nonFinitePositions, withZeros } from '../non-finite.js';
import { createLifetime, createScratch, type Session, throwIfAborted, timeLaunch } from '../session.js';
import { createNativePlans } from './native-plan.js';
import { repairQueries, repairValues } from './repair.js';
import { kernelDim, narrowRows, tensorView, widenRows } from './stage.js';

/** A plan for operands in host memory: every run uploads them, attends and downloads the result. */
export function planAttention(
  session: Session,
  problem: AttentionProblem,
  options: PlanOptions = {},
): Plan<AttentionInputs, AttentionResult> {
  const start = performance.now();
  throwIfAborted(options);
  checkAttentionProblem(problem, options.validate !== false);
  const { batch, heads, kvHeads, headDim, valueDim = headDim, dtype, layout } = problem;
  if ((problem.outputDtype ?? dtype) !== dtype) {
    throw new UnsupportedOperationError(
      `attention: the CUDA backend writes O in the inputs' dtype (${dtype}), not in ${problem.outputDtype}; the CPU backend does`,
    );
  }
  const { queryLength, keyLength } = problem.mask;
  const { binding, device } = session;
  const dim = kernelDim(headDim, valueDim);
  const lifetime = createLifetime('The attention plan');
  const plans = createNativePlans(session, problem, dim);
  const { kernel } = plans.planFor(false);

  async function run(inputs: AttentionInputs, runOptions?: RunOptions): Promise<Timed<AttentionResult>> {
    lifetime.check();
    const stream = session.stream();
    throwIfAborted(runOptions);
    checkAttentionInputs(problem, inputs);
    const { q, k, v, sinks, alibiSlopes } = inputs;
    const rows = batch * heads * queryLength;
    const o: AttentionTensor = inputs.out ?? {
      shape: attentionShape(problem, heads, queryLength, valueDim),
      dtype,
      values: allocateValues(dtype, rows * valueDim),
    };
    const lse = inputs.lse ? new Float32Array(rows) : undefined;
    if (rows === 0) return { output: { o, ...(lse ? { lse } : {}) }, computeMs: 0 };
    const { plan } = plans.planFor(alibiSlopes !== undefined);
    using scratch = createScratch(session);
    const qMemory = scratch.upload(widenRows(q, dim));
    const kMemory = scratch.upload(widenRows(k, dim));
    const vSpecials = nonFinitePositions(binding, v.values, dtype);
    const finiteV = vSpecials.length > 0 ? { ...v, values: withZeros(v.values, vSpecials) } : v;
    const vMemory = scratch.upload(widenRows(finiteV, dim));
    const oMemory = scratch.allocate(rows * dim * BYTES_PER_ELEMENT[dtype]);
    const lseMemory = scratch.allocate(lse?.byteLength ?? 0);
    const sinkMemory = scratch.upload(sinks);
    const slopeMemory = scratch.upload(alibiSlopes);
    const used = [qMemory, kMemory, vMemory, oMemory, lseMemory, sinkMemory, slopeMemory];
    using time = timeLaunch(session, () => {
      for (const memory of used) usedMemory(stream, memory, 'operand');
      guard('attention', () =>
        binding.runAttention(
          plan,
          stream.handle,
          ...tensorView(layout, qMemory.address, heads, queryLength, dim),
          ...tensorView(layout, kMemory.address, kvHeads, keyLength, dim),
          ...tensorView(layout, vMemory.address, kvHeads, keyLength, dim),
          ...tensorView(layout, oMemory.address, heads, queryLength, dim),
          lseMemory.address,
          sinkMemory.address,
          slopeMemory.address,
        ),
      );
    });
    const wide = dim === valueDim ? o.values : allocateValues(dtype, rows * dim);
    await Promise.all([
      device.stream.download(oMemory, wide),
      ...(lse ? [device.stream.download(lseMemory, lse)] : []),
    ]);
    if (wide !== o.values) narrowRows(wide, dim, o.values, valueDim);
    if (vSpecials.length > 0) {
      repairValues({ problem, v: v.values, specials: vSpecials, width: valueDim, output: o.values });
    }
    const qSpecials = nonFinitePositions(binding, q.values, dtype);
    if (qSpecials.length > 0) repairQueries(problem, q.values, o.values, lse, qSpecials);
    throwIfAborted(runOptions);
    return { output: { o, ...(lse ? { lse } : {}) }, computeMs: time.read() };
  }

  return {
    planMs: performance.now() - start,
    kernel,
    run,
    [Symbol.dispose]() {
      lifetime.end();
      plans[Symbol.dispose]();
    },
  };
}
