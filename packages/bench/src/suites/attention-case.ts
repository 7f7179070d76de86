import type { AttentionCase } from '../case/schema.js';

export const KIBI = 1024;

export interface AttentionOptions
  extends Partial<Pick<AttentionCase, 'headDim' | 'kvHeads' | 'blockShape' | 'dtype' | 'sinks' | 'peers'>> {}

/** One sequence of attention to itself, in bf16 with heads of 128 and blocks of 128 unless said. */
export function attentionCase(
  name: string,
  length: number,
  heads: number,
  mask: AttentionCase['mask'],
  options: AttentionOptions = {},
): AttentionCase {
  const { headDim = 128, kvHeads = heads, blockShape = [128, 128], dtype = 'bf16', ...rest } = options;
  const shared = kvHeads === heads ? '' : ` on ${kvHeads} of K and V`;
  const tokens = length >= KIBI * KIBI ? `${length / KIBI / KIBI}M` : `${length / KIBI}K`;
  return {
    name: `attention ${name}, D = ${headDim}, ${tokens} tokens, ${heads} heads${shared}`,
    operation: 'attention',
    dtype,
    seed: 1,
    batch: 1,
    heads,
    kvHeads,
    headDim,
    queryLength: length,
    keyLength: length,
    mask,
    blockShape,
    ...rest,
  };
}
