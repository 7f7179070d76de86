import { allocateValues } from '@sparsek/bsr';
import { checkSpmmInputs, checkSpmmProblem, spmmProduct } from '@sparsek/bsr/problem';
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
import { tuneSpmm } from '../../autotune/spmm.js';
import { guard } from '../../errors/guard.js';
import { profilerRange } from '../../profiler/range.js';
import { usedMemory } from '../../stream/stream.js';
import { ACTIVATION_CODE, ELEMENT_CODE } from '../codes.js';
import { createLifetime, createScratch, type Session, throwIfAborted, timeLaunch } from '../session.js';
import { createNativePlans } from './native-plan.js';
import { orient } from './orient.js';
import { prepareValues } from './prepare-values.js';
import { packRows, stageDense } from './stage-dense.js';

/** A plan for operands in host memory: every run uploads them, multiplies and downloads the result. */
export async function planSpmm(
  session: Session,
  problem: SpmmProblem,
  options: PlanOptions = {},
): Promise<Plan<SpmmInputs, DenseMatrix>> {
  const start = performance.now();
  throwIfAborted(options);
  checkSpmmProblem(problem, options.validate !== false);
  const { binding, device } = session;
  const { dtype, outputDtype = dtype, activation = 'none', precision = 'exact' } = problem;
  const product = spmmProduct(problem);
  const [rows, columns] = product.output;
  const orientation = orient(problem);
  const { transposed, order } = orientation;
  const { denseExtent } = problem;
  // A row-order matrix is the common case; transposed, its rows are columns.
  const usual = { pattern: orientation.pattern, dtype, denseExtent, columnMajor: transposed, precision };
  const tuned = options.autotune
    ? { columnMajor: transposed, candidate: await tuneSpmm(session, usual, options.signal) }
    : undefined;
  const plans = createNativePlans(session, usual, tuned);
  const lifetime = createLifetime('The spmm plan');
  const { kernel } = plans.planFor(transposed);

  async function run(inputs: SpmmInputs, runOptions?: RunOptions): Promise<Timed<DenseMatrix>> {
    lifetime.check();
    using _range = profilerRange('sparsek.spmm.run');
    const stream = session.stream();
    throwIfAborted(runOptions);
    checkSpmmInputs(problem, inputs);
    const { alpha = 1, beta = 0 } = inputs;
    const output: DenseMatrix = inputs.out ?? {
      shape: product.output,
      dtype: outputDtype,
      values: allocateValues(outputDtype, rows * columns),
    };
    if (rows * columns === 0) return { output, computeMs: 0 };
    const native = plans.planFor((inputs.dense.order === 'column') !== transposed);
    const staged = stageDense(inputs.dense);
    using scratch = createScratch(session);
    const { values, packed } = prepareValues(session, scratch, problem, orientation, native, inputs.values);
    const dense = scratch.upload(staged.values);
    const bias = scratch.upload(inputs.bias);
    const result =
      beta !== 0 && inputs.c !== undefined
        ? scratch.upload(packRows(inputs.c))
        : scratch.allocate(rows * columns * BYTES_PER_ELEMENT[outputDtype]);
    const launch = () => {
      for (const memory of [values, packed, dense, bias, result]) usedMemory(stream, memory, 'operand');
      guard('spmm', () =>
        binding.runSpmm(
          native.plan,
          stream.handle,
          values.address,
          packed.address,
          dense.address,
          result.address,
          beta !== 0 ? result.address : 0n,
          bias.address,
          staged.leading,
          columns,
          ELEMENT_CODE[outputDtype],
          transposed,
          alpha,
          beta,
          ACTIVATION_CODE[activation],
        ),
      );
    };
    using time = timeLaunch(session, launch);
    await device.stream.download(result, output.values.subarray(0, rows * columns));
    throwIfAborted(runOptions);
    return { output, computeMs: time.read() };
  }

  return {
    planMs: performance.now() - start,
    kernel: order === undefined ? kernel : `${kernel}+transposed`,
    run,
    [Symbol.dispose]() {
      lifetime.end();
      plans[Symbol.dispose]();
    },
  };
}
