import type { Suite } from '../case/schema.js';
import { attentionCase, KIBI } from './attention-case.js';

const random = (density: number, perHead = false) => ({
  kind: 'random-blocks' as const,
  density,
  ...(perHead && { perHead }),
});

/** Fused attention on a GPU under the masks that long contexts use. */
export const attentionSuite: Suite = {
  name: 'attention',
  description: 'Fused block-sparse attention on the GPU',
  cases: [
    attentionCase('dense', 16 * KIBI, 16, `sink:${16 * KIBI}`),
    attentionCase('causal', 16 * KIBI, 16, 'causal'),
    attentionCase('window 4096', 32 * KIBI, 8, 'window:4096'),
    ...[0.05, 0.1, 0.125, 0.2, 0.5].map((density) =>
      attentionCase(`random ${100 * density} % of blocks`, 32 * KIBI, 8, random(density)),
    ),
    attentionCase('random 12.5 % of 64-blocks', 32 * KIBI, 8, random(0.125), { blockShape: [64, 64] }),
    attentionCase('random 12.5 % of blocks, one mask', 32 * KIBI, 8, random(0.125), { kvHeads: 2 }),
    attentionCase('random 12.5 % of blocks, a mask a head', 32 * KIBI, 8, random(0.125, true), {
      kvHeads: 2,
    }),
    attentionCase('causal', 16 * KIBI, 16, 'causal', { kvHeads: 4 }),
    attentionCase('dense', 16 * KIBI, 16, `sink:${16 * KIBI}`, { headDim: 64 }),
    attentionCase('random 12.5 % of blocks', 32 * KIBI, 8, random(0.125), { headDim: 64 }),
  ],
};
