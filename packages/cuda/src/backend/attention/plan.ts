import { allocateValues } from '@sparsek/bsr';
import { attentionShape, checkAttentionInputs, checkAttentionProblem } from '@sparsek/bsr/problem';
import type {
  AttentionInputs,
  AttentionProblem,
  AttentionResult,
  AttentionTensor,
  Plan,
  PlanOptions,
  RunOptions,
  Timed,
} from '@sparsek/types';
import { guard } from '../../errors/guard.js';
import { profilerRange } from '../../profiler/range.js';
import { usedMemory } from '../../stream/stream.js';
import { nonFinitePositions, withZeros } from '../non-finite.js';
import { createLifetime, createScratch, type Session, throwIfAborted, timeLaunch } from '../session.js';
import { createNativePlans } from './native-plan.js';
import { repairQueries, repairValues } from './repair.js';
import { tensorView } from './tensor-view.js';

/** A plan for operands in host memory: every run uploads them, attends and downloads the result. */
export function planAttention(
  session: Session,
  problem: AttentionProblem,
  options: PlanOptions = {},
): Plan<AttentionInputs, AttentionResult> {
  const start = performance.now();
  throwIfAborted(options);
  checkAttentionProblem(problem, options.validate !== false);
  const { batch, heads, kvHeads, headDim, valueDim = headDim, dtype, outputDtype = dtype, layout } = problem;
  const { queryLength, keyLength } = problem.mask;
  const { binding, device } = session;
  const lifetime = createLifetime('The attention plan');
  const plans = createNativePlans(session, problem);
  const { kernel } = plans.planFor(false);

  async function run(inputs: AttentionInputs, runOptions?: RunOptions): Promise<Timed<AttentionResult>> {
    lifetime.check();
    using _range = profilerRange('sparsek.attention.run');
    const stream = session.stream();
    throwIfAborted(runOptions);
    checkAttentionInputs(problem, inputs);
    const { q, k, v, sinks, alibiSlopes } = inputs;
    const rows = batch * heads * queryLength;
    const o: AttentionTensor = inputs.out ?? {
      shape: attentionShape(problem, heads, queryLength, valueDim),
      dtype: outputDtype,
      values: allocateValues(outputDtype, rows * valueDim),
    };
    const lse = inputs.lse ? new Float32Array(rows) : undefined;
    if (rows === 0) return { output: { o, ...(lse ? { lse } : {}) }, computeMs: 0 };
    const { plan } = plans.planFor(alibiSlopes !== undefined);
    using scratch = createScratch(session);
    const qMemory = scratch.upload(q.values);
    const kMemory = scratch.upload(k.values);
    const vSpecials = nonFinitePositions(binding, v.values, dtype);
    const vMemory = scratch.upload(vSpecials.length > 0 ? withZeros(v.values, vSpecials) : v.values);
    const oMemory = scratch.allocate(o.values.byteLength);
    // NaN, so that an element that a kernel left out would show.
    device.stream.fill(oMemory, 0xff);
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
          ...tensorView(layout, qMemory.address, heads, queryLength, headDim),
          ...tensorView(layout, kMemory.address, kvHeads, keyLength, headDim),
          ...tensorView(layout, vMemory.address, kvHeads, keyLength, valueDim),
          ...tensorView(layout, oMemory.address, heads, queryLength, valueDim),
          lseMemory.address,
          sinkMemory.address,
          slopeMemory.address,
        ),
      );
    });
    await Promise.all([
      device.stream.download(oMemory, o.values),
      ...(lse ? [device.stream.download(lseMemory, lse)] : []),
    ]);
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
