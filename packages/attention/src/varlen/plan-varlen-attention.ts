import type { CallOptions } from '@sparsek/backend';
import { given } from '@sparsek/backend';
import type { BackendName, Dtype, RunOptions, Timed } from '@sparsek/types';
import { type AttentionPlan, type AttentionShapeOptions, planAttention } from '../run/plan-attention.js';
import { all } from '../terms/regular.js';
import { emptyPacked, type PackedTensor, requirePackedAs } from './packed-tensor.js';
import { type PackedPart, runPart } from './run-part.js';
import {
  checkOffsets,
  equalLengths,
  groupSequences,
  type SequenceGroup,
  type SequenceOffsets,
  totalOf,
} from './sequences.js';
import {
  differsBySequence,
  maskOf,
  packedMask,
  type ResolvedVarlenMask,
  resolveVarlenMask,
  type VarlenMask,
} from './varlen-mask.js';

/** Options of attention over sequences of unequal lengths that its plan depends on. */
export interface VarlenShapeOptions extends SequenceOffsets, Omit<AttentionShapeOptions, 'mask' | 'layout'> {
  /**
   * Holds inside each sequence, whose queries are the last of its keys. One expression or text for all, or a list: one a
   * head, or one for each head of each sequence. Default: a sequence sees all of itself.
   */
  readonly mask?: VarlenMask | undefined;
}

export interface PlanVarlenAttentionOptions extends VarlenShapeOptions, CallOptions {
  /** Query heads. */
  readonly heads: number;
  /** A divisor of heads. Default: heads. */
  readonly kvHeads?: number;
  readonly headDim: number;
  /** Width of V and O. Default: headDim. */
  readonly valueDim?: number;
  /** Of Q, K and V. Default `f32`. */
  readonly dtype?: Dtype;
}

/** Packed tensors; tokens in the order of the sequences. */
export interface VarlenInputs {
  /** `[queries, heads, headDim]`. */
  readonly q: PackedTensor;
  /** `[keys, kvHeads, headDim]`. */
  readonly k: PackedTensor;
  /** `[keys, kvHeads, valueDim]`. */
  readonly v: PackedTensor;
  /** One learned logit a query head, as in `AttentionInputs`. */
  readonly sinks?: Float32Array;
  /** One slope a query head, as in `AttentionInputs`; positions count inside each sequence. */
  readonly alibiSlopes?: Float32Array;
  /** Also return the log-sum-exp. Default false. */
  readonly lse?: boolean;
  /** Where O goes; a new tensor when absent. */
  readonly out?: PackedTensor;
}

export interface VarlenResult {
  /** `[queries, heads, valueDim]`. */
  readonly o: PackedTensor;
  /** `[heads, queries]`; -Infinity where a row sees no key. */
  readonly lse?: Float32Array;
}

/** Attention over sequences of unequal lengths, planned once for many tensors. */
export interface VarlenAttentionPlan extends Disposable {
  readonly backend: BackendName;
  /** Names of the kernels that were chosen; several are joined by `+`. */
  readonly kernel: string;
  /** Compiling masks and planning, in milliseconds. */
  readonly planMs: number;
  /** How many products a run consists of: 1 where one mask covers all sequences. */
  readonly products: number;
  /** Floating-point operations of one run for visible pairs; see `usefulFlops`. */
  readonly usefulFlops: number;
  run(inputs: VarlenInputs, options?: RunOptions): Promise<Timed<VarlenResult>>;
}

/**
 * Plans O = softmax(scale * Q K^T + mask) V inside each of many sequences.
 *
 * Where every sequence has as many keys as queries and the mask looks at distances alone (`all`, `causal`, `window`,
 * `dilated` and what `and`, `or`, `not` make of them), all sequences are one product with a mask of packed documents; else
 * there is one for every run of neighbours of equal lengths. In both cases nothing is padded or copied.
 *
 * @throws InvalidArgumentError for offsets that decrease or do not match, or options that cannot be.
 * @throws MaskSyntaxError, UnsupportedOperationError, BackendUnavailableError
 */
export async function planVarlenAttention(options: PlanVarlenAttentionOptions): Promise<VarlenAttentionPlan> {
  checkOffsets(options);
  const { heads, kvHeads = heads, headDim, valueDim = headDim, dtype = 'f32', outputDtype = dtype } = options;
  const { cuSeqlensQ, cuSeqlensK = cuSeqlensQ } = options;
  const [queries, keys] = [totalOf(cuSeqlensQ), totalOf(cuSeqlensK)];
  const mask = await resolveVarlenMask(options.mask, options.load);
  const parts = await planParts(options, mask);
  const names = new Set(parts.map(({ plan }) => plan.kernel));

  async function run(inputs: VarlenInputs, runOptions: RunOptions = {}): Promise<Timed<VarlenResult>> {
    requirePackedAs(inputs.q, [queries, heads, headDim], dtype, 'q', 'cuSeqlensQ');
    requirePackedAs(inputs.k, [keys, kvHeads, headDim], dtype, 'k', 'cuSeqlensK');
    requirePackedAs(inputs.v, [keys, kvHeads, valueDim], dtype, 'v', 'cuSeqlensK');
    const shape = [queries, heads, valueDim] as const;
    if (inputs.out) requirePackedAs(inputs.out, shape, outputDtype, 'out', 'cuSeqlensQ');
    const o = inputs.out ?? emptyPacked(shape, outputDtype);
    const lse = inputs.lse ? new Float32Array(heads * queries) : undefined;
    let computeMs = 0;
    for (const [done, part] of parts.entries()) {
      const { signal, onProgress } = runOptions;
      const progress = onProgress && ((share: number) => onProgress((done + share) / parts.length));
      computeMs += await runPart(part, inputs, { o, lse }, given({ signal, onProgress: progress }));
    }
    return { output: { o, ...given({ lse }) }, computeMs };
  }

  return {
    backend: parts[0]!.plan.backend,
    kernel: [...names].join('+'),
    planMs: parts.reduce((sum, { plan }) => sum + plan.planMs, 0),
    products: parts.length,
    get usefulFlops() {
      return parts.reduce((sum, { plan }) => sum + plan.usefulFlops, 0);
    },
    run,
    [Symbol.dispose]: () => dispose(parts),
  };
}

/** One part for all sequences, or one for each group of them. */
async function planParts(
  options: PlanVarlenAttentionOptions,
  mask: ResolvedVarlenMask,
): Promise<PackedPart[]> {
  const { heads } = options;
  const differs = differsBySequence(mask, heads, options.cuSeqlensQ.length - 1);
  const lengths = differs ? undefined : equalLengths(options);
  const whole = lengths && packedMask(mask, lengths);
  if (whole) {
    const total = totalOf(options.cuSeqlensQ);
    const group = { first: 0, count: 1, queryBegin: 0, keyBegin: 0, queryLength: total, keyLength: total };
    return [{ group, plan: await planGroup(options, group, whole) }];
  }
  const groups = groupSequences(options);
  if (groups.length === 0) return [{ group: NOTHING, plan: await planGroup(options, NOTHING, all()) }];
  const parts: PackedPart[] = [];
  try {
    for (const group of groups) {
      const own = maskOf(mask, heads, group.first, group.count, differs);
      const alike = differs ? undefined : parts.find((part) => sameExtents(part.group, group));
      parts.push({ group, plan: alike?.plan ?? (await planGroup(options, group, own)) });
    }
  } catch (error) {
    dispose(parts);
    throw error;
  }
  return parts;
}

/** For a batch without queries. */
const NOTHING: SequenceGroup = {
  first: 0,
  count: 0,
  queryBegin: 0,
  keyBegin: 0,
  queryLength: 0,
  keyLength: 0,
};

function sameExtents(a: SequenceGroup, b: SequenceGroup): boolean {
  return a.count === b.count && a.queryLength === b.queryLength && a.keyLength === b.keyLength;
}

function planGroup(
  { cuSeqlensQ: _q, cuSeqlensK: _k, load: _load, ...options }: PlanVarlenAttentionOptions,
  { count, queryLength, keyLength }: SequenceGroup,
  mask: ReturnType<typeof maskOf>,
): Promise<AttentionPlan> {
  return planAttention({ ...options, batch: count, queryLength, keyLength, layout: 'bshd', mask });
}

/** Parts may share plans, and disposing twice is harmless. */
function dispose(parts: readonly PackedPart[]): void {
  for (const { plan } of parts) plan[Symbol.dispose]();
}
