import type { CallOptions } from '@sparsek/backend';
import type { AttentionInputs, AttentionResult } from '@sparsek/types';
import { type AttentionShapeOptions, planAttention } from './plan-attention.js';
import { inferExtents, requireLayout } from './shapes.js';

/** Tensors and options of one call. */
export interface AttentionOptions extends AttentionInputs, AttentionShapeOptions, CallOptions {}

/** The result, and where the time went. */
export interface TimedAttention extends AttentionResult {
  /** Compiling the mask and planning, in milliseconds. */
  readonly planMs: number;
  /** Computing, in milliseconds. */
  readonly computeMs: number;
}

/**
 * O = softmax(scale * Q K^T + mask) V, computed over visible blocks only, in memory linear in the length.
 *
 * Q is [batch, heads, queryLength, headDim], K and V are [batch, kvHeads, keyLength, headDim or valueDim], or with
 * lengths before heads for layout `bshd`; heads is a multiple of kvHeads, and head h reads KV head
 * floor(h * kvHeads / heads). With queryLength != keyLength the queries are the last ones. A row that sees no key is 0,
 * and its LSE is -Infinity. For many calls with one mask, use `planAttention`.
 *
 * @throws InvalidArgumentError for shapes, dtypes or options that do not fit.
 * @throws InvalidMaskError for a malformed block mask, MaskSyntaxError for a malformed mask text.
 * @throws UnsupportedOperationError, BackendUnavailableError
 */
export async function attention(options: AttentionOptions): Promise<TimedAttention> {
  const { q, k, v, sinks, alibiSlopes, lse, out, layout = 'bhsd', signal, onProgress, ...rest } = options;
  requireLayout(layout);
  const extents = inferExtents({ q, k, v }, layout);
  using plan = await planAttention({ ...rest, ...extents, layout, ...(signal && { signal }) });
  const inputs = {
    q,
    k,
    v,
    ...(sinks && { sinks }),
    ...(alibiSlopes && { alibiSlopes }),
    ...(lse !== undefined && { lse }),
    ...(out && { out }),
  };
  const { output, computeMs } = await plan.run(inputs, {
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  });
  return { ...output, planMs: plan.planMs, computeMs };
}
