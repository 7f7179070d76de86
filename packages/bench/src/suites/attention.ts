import type { AttentionCase, Suite } from '../case/schema.js';

const KIBI = 1024;
const RANDOM = { kind: 'random-blocks', density: 0.125 } as const;

function attention(
  name: string,
  length: number,
  heads: number,
  mask: AttentionCase['mask'],
  options: Partial<Pick<AttentionCase, 'headDim' | 'kvHeads' | 'blockShape' | 'dtype'>> = {},
): AttentionCase {
  const { headDim = 128, kvHeads = heads, blockShape = [128, 128], dtype = 'bf16' } = options;
  return {
    name: `attention ${name}, D = ${headDim}, ${length / KIBI}K tokens, ${heads} heads`,
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
  };
}

/** Fused attention on a GPU under the masks that long contexts use. */
export const attentionSuite: Suite = {
  name: 'attention',
  description: 'Fused block-sparse attention on the GPU',
  cases: [
    attention('dense', 16 * KIBI, 16, `sink:${16 * KIBI}`),
    attention('causal', 16 * KIBI, 16, 'causal'),
    ...[0.05, 0.125, 0.5].map((density) => {
      return attention(`random ${100 * density} % of blocks`, 32 * KIBI, 8, {
        kind: 'random-blocks',
        density,
      });
    }),
    attention('random 12.5 % of 64-blocks', 32 * KIBI, 8, RANDOM, { blockShape: [64, 64] }),
    attention('random 12.5 % of blocks', 32 * KIBI, 8, RANDOM, { headDim: 64 }),
    attention('window 4096', 32 * KIBI, 8, 'window:4096'),
    attention('window 4096', 128 * KIBI, 4, 'window:4096'),
    attention('window 2048', 128 * KIBI, 4, 'window:2048'),
    attention('Longformer', 32 * KIBI, 8, 'preset:longformer', { headDim: 64 }),
    attention('window 4096, 4 query heads a KV head', 32 * KIBI, 8, 'window:4096', { kvHeads: 2 }),
  ],
};
