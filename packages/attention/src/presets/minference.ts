import { createPhilox } from '@sparsek/bsr';
import { InvalidArgumentError } from '@sparsek/types';
import { checkInteger } from '../mask/check.js';
import { type VerticalSlash, verticalSlash } from '../terms/vertical-slash.js';
import { type LengthOptions, lengths, type PresetDefinition } from './preset.js';

export interface MInferenceOptions extends LengthOptions {
  /** The lines of each query head, as the model's scores chose them. */
  readonly lines?: readonly VerticalSlash[];
  /** Without `lines`: how many lines to make up; default 1000 vertical and 6096 slash, a common published choice. */
  readonly vertical?: number;
  readonly slash?: number;
  /** Seed of made-up lines. Default 0. */
  readonly seed?: number;
  /** Tokens of the blocks that lines are widened to; 0 for exact lines. Default 64, the published kernel's. */
  readonly block?: number;
}

const HEADS = 32;
/** MInference always keeps the first columns. */
const FIRST_COLUMNS = 30;

/**
 * MInference's vertical-slash heads on Llama-3-8B: causal, and on a vertical or slash line; 32 query and 8 KV heads of
 * 128. Lines come from the scores of each prompt; without them the preset makes up lines for benchmarks: the first 30
 * columns and random others (head h: the first distinct values of `below(n, length)`, n = 0, 1, ..., of Philox stream
 * h), and the nearest slash distances, where the published maps have theirs.
 * Source: Jiang et al., "MInference 1.0", NeurIPS 2024, and microsoft/MInference, minference/configs.
 */
export const minference: PresetDefinition<MInferenceOptions> = {
  name: 'minference',
  perHead: true,
  build: (options) => {
    const { lines, block = 64 } = options;
    if (lines && lines.length !== HEADS)
      throw new InvalidArgumentError('lines', `one entry a head (${HEADS})`, lines);
    return {
      name: 'minference',
      source: 'arXiv 2407.02490; microsoft/MInference configs',
      mask: Array.from({ length: HEADS }, (_, head) => {
        const own = lines?.[head] ?? madeUpLines(options, head);
        return verticalSlash(block > 0 ? { ...own, block } : { vertical: own.vertical, slash: own.slash });
      }),
      heads: HEADS,
      kvHeads: 8,
      headDim: 128,
      ...lengths(options),
    };
  },
};

function madeUpLines(options: MInferenceOptions, head: number): VerticalSlash {
  const { length, vertical = 1000, slash = 6096, seed = 0 } = options;
  checkInteger(vertical, 'vertical', 0);
  checkInteger(slash, 'slash', 0);
  const wanted = Math.min(vertical, length);
  const columns = new Set<number>();
  for (let c = 0; c < Math.min(FIRST_COLUMNS, wanted); c++) columns.add(c);
  const philox = createPhilox(seed, head);
  for (let n = 0; columns.size < wanted; n++) columns.add(philox.below(n, length));
  return {
    vertical: [...columns],
    slash: Int32Array.from({ length: Math.min(slash, length) }, (_, n) => n),
  };
}
