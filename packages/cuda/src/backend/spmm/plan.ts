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
import { usedMemory } from '../../stream/stream.js';
import { ACTIVATION_CODE, ELEMENT_CODE } from '../codes.js';
import { nonFinitePositions, withZeros } from '../non-finite.js';
import { createLifetime, createScratch, type Session, throwIfAborted, timeLaunch } from '../session.js';
import { checkSpmmInputs, checkSpmmProblem, spmmShapes } from './check.js';
import { planProduct } from './native-plan.js';
import { repairNonFinite } from './repair.js';
import { isColumnMajor, packRows, type StagedDense, stageDense } from './stage-dense.js';

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
  const { dtype, outputDtype = dtype, activation = 'none' } = problem;
  const shapes = spmmShapes(problem);
  const product = planProduct(session, problem);
  const { orientation, own, first } = product;
  const { transposed } = orientation;
  const lifetime = createLifetime('The spmm plan');
  const [rows, columns] = shapes.output;

  /** Gives the product to the stream; the result arrives in `target`. */
  async function multiply(
    inputs: SpmmInputs,
    staged: StagedDense,
    target: DenseMatrix['values'],
    launches?: number,
  ): Promise<number> {
    const { alpha = 1, beta = 0 } = inputs;
    const { plan } = product.planFor(staged.columnMajor);
    const stream = session.stream();
    using scratch = createScratch(session);
    const values = scratch.upload(orientation.arrange(inputs.values));
    const dense = scratch.upload(staged.values);
    const bias = scratch.upload(inputs.bias);
    const result =
      beta !== 0 && inputs.c !== undefined
        ? scratch.upload(packRows(inputs.c))
        : scratch.allocate(rows * columns * BYTES_PER_ELEMENT[outputDtype]);
    using time = timeLaunch(
      session,
      () => {
        for (const memory of [values, dense, bias, result]) usedMemory(stream, memory, 'operand');
        guard('spmm', () =>
          binding.runSpmm(
            plan,
            stream.handle,
            values.address,
            dense.address,
            result.address,
            beta !== 0 ? result.address : 0n,
            bias.address,
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
      },
      launches,
    );
    await device.stream.download(result, target);
    return time.read();
  }

  /** As `multiply`, for a dense matrix with infinities or NaN that re-blocked kernels would spread. */
  async function multiplyAround(
    inputs: SpmmInputs,
    staged: StagedDense,
    specials: readonly number[],
    target: DenseMatrix['values'],
  ): Promise<number> {
    const { alpha = 1, beta = 0, bias } = inputs;
    // The result may take C's place.
    const c = beta !== 0 && inputs.c !== undefined ? packRows(inputs.c).slice() : undefined;
    const finite = { ...staged, values: withZeros(staged.values, specials) };
    const computeMs = await multiply(inputs, finite, target);
    const { pattern, arrange } = own ?? orientation;
    repairNonFinite({
      pattern,
      values: arrange(inputs.values),
      dtype,
      specials,
      staged,
      denseExtent: problem.denseExtent,
      alpha,
      beta,
      c,
      bias,
      activation,
      outputDtype,
      output: target,
      place: (i, n) => (transposed ? n * columns + i : i * columns + n),
    });
    return computeMs;
  }

  async function run(inputs: SpmmInputs, runOptions?: RunOptions): Promise<Timed<DenseMatrix>> {
    lifetime.check();
    session.stream();
    throwIfAborted(runOptions);
    checkSpmmInputs(problem, shapes, inputs);
    const output: DenseMatrix = inputs.out ?? {
      shape: shapes.output,
      dtype: outputDtype,
      values: allocateValues(outputDtype, rows * columns),
    };
    if (rows * columns === 0) return { output, computeMs: 0 };
    const { columnMajor } = product.planFor(isColumnMajor(inputs.dense, transposed));
    const staged = stageDense(inputs.dense, transposed, columnMajor);
    const specials = own === undefined ? [] : nonFinitePositions(binding, staged.values, dtype);
    const target = output.values.subarray(0, rows * columns);
    const computeMs =
      specials.length === 0
        ? await multiply(inputs, staged, target, runOptions?.launches)
        : await multiplyAround(inputs, staged, specials, target);
    throwIfAborted(runOptions);
    return { output, computeMs };
  }

  return {
    planMs: performance.now() - start,
    kernel: [first.kernel, ...orientation.steps].join('+'),
    run,
    [Symbol.dispose]() {
      lifetime.end();
      product.dispose();
    },
  };
}
