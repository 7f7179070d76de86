import type { Suite } from '../case/schema.js';
import { attentionCase, KIBI } from './attention-case.js';
import { PACKS } from './packs.js';

const LENGTH = 128 * KIBI;
const PACK_LENGTH = 192 * KIBI;
const SMALL_BLOCKS: [number, number] = [64, 64];
/** Where a peer's tables or patience end. */
const ALONE = { peers: false };

/** The masks of published models over long contexts, and packed documents of real training runs. */
export const attentionLongSuite: Suite = {
  name: 'attention-long',
  description: 'Fused block-sparse attention on the GPU over 128K tokens and more',
  cases: [
    attentionCase('window 4096', LENGTH, 4, 'window:4096'),
    attentionCase('window 2048', LENGTH, 4, 'window:2048'),
    attentionCase('gpt-oss: window 128, sink logits', LENGTH, 16, 'window:128', {
      ...{ headDim: 64, kvHeads: 2, sinks: true },
    }),
    attentionCase('Longformer', LENGTH, 4, 'preset:longformer', { headDim: 64 }),
    attentionCase('BigBird', LENGTH, 4, 'preset:bigbird', { headDim: 64, blockShape: SMALL_BLOCKS }),
    attentionCase('Phi-3-small', LENGTH, 8, 'preset:phi-3-small', { kvHeads: 2, blockShape: SMALL_BLOCKS }),
    attentionCase('MInference', LENGTH, 4, 'preset:minference', { kvHeads: 1, blockShape: SMALL_BLOCKS }),
    ...[...PACKS].map(([number, lengths]) =>
      attentionCase(`documents of pack ${number}`, PACK_LENGTH, 4, {
        kind: 'documents',
        lengths: [...lengths],
      }),
    ),
    attentionCase('window 4096', 512 * KIBI, 2, 'window:4096', ALONE),
    attentionCase('window 4096', KIBI * KIBI, 1, 'window:4096', ALONE),
  ],
};
