import { allocateValues } from '@sparsek/bsr';
import {
  BYTES_PER_ELEMENT,
  type DenseMatrix,
  type Plan,
  type PlanOptions,
  type RunOptions,
  type SpmmInputs,
  type SpmmProblem,
  type Timed,
} from '@sparsek/types';
import { guard } from '../../errors/guard.js';
import type { SpmmPlanHandle } from '../../native/binding.js';
import { usedMemory } from '../../stream/stream.js';
import { ACTIVATION_CODE, ELEMENT_CODE } from '../codes.js';
import { createLifetime, createScratch, type Session, throwIfAborted, timeLaunch } from '../session.js';
import { checkSpmmInputs, checkSpmmProblem, spmmShapes } from './check.js';
import { orient } from './orient.js';
import { packRows, stageDense } from './stage-dense.js';

interface NativePlan {
  readonly plan: SpmmPlanHandle;
  readonly kernel: string;
}

/** A plan for operands in host memory: every run uploads them, multiplies and downloads the result. */
export function planSpmm(
  session: Session,
  problem: SpmmProblem,
  options: PlanOptions = {},
): Plan<SpmmInputs, DenseMatrix> {
  const start = performance.now();
  throwIfAborted(options);
  checkSpmmProblem(problem, options.validate !== false);
  const { binding, device } = session;
  const { dtype, outputDtype = dtype, activation = 'none', denseExtent } = problem;
  const shapes = spmmShapes(problem);
  const orientation = orient(problem);
  const { pattern, transposed } = orientation;
  const lifetime = createLifetime('The spmm plan');
  // The kernels differ in how they read the dense matrix, and the problem does not tell which way it lies.
  const plans = new Map<boolean, NativePlan>();
  const planFor = (columnMajor: boolean): NativePlan => {
    const known = plans.get(columnMajor);
    if (known !== undefined) return known;
    const made = guard('plan spmm', () =>
      binding.planSpmm(
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
    plans.set(columnMajor, made);
    return made;
  };
  // A row-order matrix is the common case; transposed, its rows are columns.
  const { kernel } = planFor(transposed);

  async function run(inputs: SpmmInputs, runOptions?: RunOptions): Promise<Timed<DenseMatrix>> {
    lifetime.check();
    const stream = session.stream();
    throwIfAborted(runOptions);
    checkSpmmInputs(problem, shapes, inputs);
    const { alpha = 1, beta = 0, bias, out } = inputs;
    const [rows, columns] = shapes.output;
    const output: DenseMatrix = out ?? {
      shape: shapes.output,
      dtype: outputDtype,
      values: allocateValues(outputDtype, rows * columns),
    };
    if (rows * columns === 0) return { output, computeMs: 0 };
    const staged = stageDense(inputs.dense);
    const { plan } = planFor(staged.byColumn !== transposed);
    using scratch = createScratch(session);
    const values = scratch.upload(orientation.arrange(inputs.values));
    const dense = scratch.upload(staged.values);
    const biasMemory = scratch.upload(bias);
    const result =
      beta !== 0 && inputs.c !== undefined
        ? scratch.upload(packRows(inputs.c))
        : scratch.allocate(rows * columns * BYTES_PER_ELEMENT[outputDtype]);
    using time = timeLaunch(session, () => {
      for (const memory of [values, dense, biasMemory, result]) usedMemory(stream, memory, 'operand');
      guard('spmm', () =>
        binding.runSpmm(
          plan,
          stream.handle,
          values.address,
          dense.address,
          result.address,
          beta !== 0 ? result.address : 0n,
          biasMemory.address,
          staged.leading,
          columns,
          0,
          0,
          0,
          ELEMENT_CODE[outputDtype],
          transposed,
          alpha,
          beta,
          ACTIVATION_CODE[activation],
        ),
      );
    });
    const target = output.values.subarray(0, rows * columns);
    await device.stream.download(result, target);
    throwIfAborted(runOptions);
    return { output, computeMs: time.read() };
  }

  return {
    planMs: performance.now() - start,
    kernel: [kernel, ...orientation.steps].join('+'),
    run,
    [Symbol.dispose]() {
      lifetime.end();
      for (const { plan } of plans.values()) binding.dropSpmmPlan(plan);
      plans.clear();
    },
  };
}
