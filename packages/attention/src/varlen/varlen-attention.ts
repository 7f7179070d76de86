import type { CallOptions } from '@sparsek/backend';
import { given } from '@sparsek/backend';
import { InvalidArgumentError } from '@sparsek/types';
import { requirePacked } from './packed-tensor.js';
import {
  planVarlenAttention,
  type VarlenInputs,
  type VarlenResult,
  type VarlenShapeOptions,
} from './plan-varlen-attention.js';

/** Tensors and options of one call. */
export interface VarlenAttentionOptions extends VarlenInputs, VarlenShapeOptions, CallOptions {}

/** The result, and where the time went. */
export interface TimedVarlenAttention extends VarlenResult {
  /** Compiling masks and planning, in milliseconds. */
  readonly planMs: number;
  /** Computing, in milliseconds. */
  readonly computeMs: number;
}

/**
 * Attention inside each of many sequences of unequal lengths that lie one after the other: `attention` without padding.
 *
 * Q is [queries, heads, headDim], K and V are [keys, kvHeads, headDim or valueDim]; `cuSeqlensQ` and `cuSeqlensK` say where
 * the sequences begin. A sequence's queries are the last of its keys, and the mask holds inside it. A sequence may be
 * empty; queries without keys give O = 0 and LSE = -Infinity.
 *
 * @throws InvalidArgumentError for shapes, dtypes, offsets or options that do not fit.
 * @throws MaskSyntaxError, UnsupportedOperationError, BackendUnavailableError
 */
export async function varlenAttention(options: VarlenAttentionOptions): Promise<TimedVarlenAttention> {
  const { q, k, v, sinks, alibiSlopes, lse, out, signal, onProgress, ...rest } = options;
  for (const [name, tensor] of Object.entries({ q, k, v })) requirePacked(tensor, name);
  if (k.dtype !== q.dtype) throw new InvalidArgumentError('k.dtype', `'${q.dtype}' as in q`, k.dtype);
  const [, heads, headDim] = q.shape;
  const [, kvHeads] = k.shape;
  const [, , valueDim] = v.shape;
  using plan = await planVarlenAttention({
    ...rest,
    heads,
    kvHeads,
    headDim,
    valueDim,
    dtype: q.dtype,
    ...given({ signal }),
  });
  const { output, computeMs } = await plan.run(
    { q, k, v, ...given({ sinks, alibiSlopes, lse, out }) },
    given({ signal, onProgress }),
  );
  return { ...output, planMs: plan.planMs, computeMs };
}
