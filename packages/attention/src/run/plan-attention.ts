import { backendFor, type CallOptions, given, planOptions } from '@sparsek/backend';
import {
  type AttentionInputs,
  type AttentionLayout,
  type AttentionProblem,
  type AttentionResult,
  type BackendName,
  type BlockMask,
  type Dtype,
  InvalidArgumentError,
  type Plan,
  type RunOptions,
  type Timed,
} from '@sparsek/types';
import { checkInteger } from '../mask/check.js';
import { presetDefaults, requireLearnedSinks } from './preset-defaults.js';
import { type MaskOptions, resolveMask } from './resolve-mask.js';
import { type AttentionExtents, requireGroups, requireLayout, requireTensor, shapeIn } from './shapes.js';
import { usefulFlops } from './useful-flops.js';

/** Options of attention that its plan depends on. */
export interface AttentionShapeOptions extends MaskOptions {
  /** Axes of all tensors. Default `bhsd`: [batch, heads, length, dim]; `bshd`: [batch, length, heads, dim]. */
  readonly layout?: AttentionLayout;
  /** Factor of Q K^T. Default 1 / sqrt(headDim), or the preset's. */
  readonly scale?: number;
  /** Scores s become softcap * tanh(s / softcap) after scaling. Default: none, or the preset's. */
  readonly softcap?: number;
  /** Default: the dtype of Q, K and V. */
  readonly outputDtype?: Dtype;
}

export interface PlanAttentionOptions extends AttentionShapeOptions, CallOptions {
  readonly batch: number;
  /** Query heads. */
  readonly heads: number;
  /** A divisor of heads. Default: heads. */
  readonly kvHeads?: number;
  readonly queryLength: number;
  /** Default: queryLength. */
  readonly keyLength?: number;
  readonly headDim: number;
  /** Width of V and O. Default: headDim. */
  readonly valueDim?: number;
  /** Of Q, K and V. Default `f32`. */
  readonly dtype?: Dtype;
}

/** Attention with one mask, planned once for many tensors. */
export interface AttentionPlan extends Disposable {
  readonly backend: BackendName;
  /** The device for people. */
  readonly device: string;
  /** Name of the kernel that was chosen. */
  readonly kernel: string;
  /** Time that compiling the mask and planning took, in milliseconds. */
  readonly planMs: number;
  /** The compiled mask. */
  readonly mask: BlockMask;
  readonly problem: AttentionProblem;
  /** Floating-point operations of one run for visible pairs; counted at the first read. See `usefulFlops`. */
  readonly usefulFlops: number;
  run(inputs: AttentionInputs, options?: RunOptions): Promise<Timed<AttentionResult>>;
}

/**
 * Plans O = softmax(scale * Q K^T + mask) V over visible blocks for given extents.
 *
 * @throws InvalidArgumentError, InvalidMaskError, MaskSyntaxError for options that cannot be.
 * @throws UnsupportedOperationError, BackendUnavailableError
 */
export async function planAttention(options: PlanAttentionOptions): Promise<AttentionPlan> {
  const start = performance.now();
  const extents = checkExtents(options);
  const { layout = 'bhsd', dtype = 'f32', outputDtype } = options;
  const defaults = presetDefaults(options.mask, extents);
  const { scale = defaults.scale, softcap = defaults.softcap } = options;
  const mask = await resolveMask(options, extents);
  const { batch, heads, kvHeads, headDim, valueDim } = extents;
  const problem: AttentionProblem = {
    batch,
    heads,
    kvHeads,
    headDim,
    valueDim,
    dtype,
    layout,
    mask,
    ...given({ outputDtype, scale, softcap }),
  };
  const compileMs = performance.now() - start;
  const backend = await backendFor(options, 'attention', dtype);
  const plan = await backend.planAttention(problem, planOptions(options));
  let flops: number | undefined;
  return {
    backend: backend.name,
    device: backend.device,
    kernel: plan.kernel,
    planMs: compileMs + plan.planMs,
    mask,
    problem,
    get usefulFlops() {
      flops ??= usefulFlops(problem);
      return flops;
    },
    async run(inputs, runOptions) {
      const sinks = inputs.sinks ?? defaults.sinks;
      requireLearnedSinks(options.mask, sinks);
      checkInputs(problem, inputs);
      return runPlan(plan, { ...inputs, ...given({ sinks }) }, runOptions);
    },
    [Symbol.dispose]: () => plan[Symbol.dispose](),
  };
}

function runPlan(
  plan: Plan<AttentionInputs, AttentionResult>,
  { q, k, v, sinks, alibiSlopes, lse, out }: AttentionInputs,
  options: RunOptions = {},
): Promise<Timed<AttentionResult>> {
  const { signal, onProgress } = options;
  return plan.run({ q, k, v, ...given({ sinks, alibiSlopes, lse, out }) }, given({ signal, onProgress }));
}

function checkExtents(options: PlanAttentionOptions): AttentionExtents {
  const {
    batch,
    heads,
    kvHeads = heads,
    queryLength,
    keyLength = queryLength,
    headDim,
    valueDim = headDim,
  } = options;
  requireLayout(options.layout ?? 'bhsd');
  checkInteger(batch, 'batch', 0);
  checkInteger(heads, 'heads', 1);
  checkInteger(kvHeads, 'kvHeads', 1);
  requireGroups(heads, kvHeads, 'the problem');
  checkInteger(queryLength, 'queryLength', 0);
  checkInteger(keyLength, 'keyLength', 0);
  checkInteger(headDim, 'headDim', 1);
  checkInteger(valueDim, 'valueDim', 1);
  const { scale, softcap } = options;
  if (scale !== undefined && !Number.isFinite(scale))
    throw new InvalidArgumentError('scale', 'a finite number', scale);
  if (softcap !== undefined && !(Number.isFinite(softcap) && softcap > 0)) {
    throw new InvalidArgumentError('softcap', 'a positive number', softcap);
  }
  return { batch, heads, kvHeads, queryLength, keyLength, headDim, valueDim };
}

function checkInputs(problem: AttentionProblem, inputs: AttentionInputs): void {
  const { layout, batch, heads, kvHeads, headDim, valueDim = headDim, mask, dtype } = problem;
  requireTensor(inputs.q, shapeIn(layout, batch, heads, mask.queryLength, headDim), dtype, 'q');
  requireTensor(inputs.k, shapeIn(layout, batch, kvHeads, mask.keyLength, headDim), dtype, 'k');
  requireTensor(inputs.v, shapeIn(layout, batch, kvHeads, mask.keyLength, valueDim), dtype, 'v');
  for (const name of ['sinks', 'alibiSlopes'] as const) {
    const values = inputs[name];
    if (values && !(values instanceof Float32Array && values.length === heads)) {
      throw new InvalidArgumentError(
        name,
        `a Float32Array with one value for each of the ${heads} query heads`,
        values,
      );
    }
  }
  if (inputs.out) {
    const shape = shapeIn(layout, batch, heads, mask.queryLength, valueDim);
    requireTensor(inputs.out, shape, problem.outputDtype ?? dtype, 'out');
  }
}
