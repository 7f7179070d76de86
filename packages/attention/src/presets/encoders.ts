import { bigbird } from '../terms/bigbird.js';
import { or } from '../terms/combine.js';
import { global, window } from '../terms/regular.js';
import { type LengthOptions, layerKinds, lengths, type PresetDefinition } from './preset.js';

export interface LongformerOptions extends LengthOptions {
  /** Tokens at the start that see all and are seen by all. Default 1, the classification token. */
  readonly globalTokens?: number;
}

/**
 * Longformer-base-4096: window of 512 (256 keys on each side, and the token itself) and global tokens; 12 heads of 64.
 * Source: Beltagy et al., "Longformer", arXiv 2004.05150, and the model's `config.json` (`attention_window` 512).
 */
export const longformer: PresetDefinition<LongformerOptions> = {
  name: 'longformer',
  perHead: false,
  build: (options) => ({
    name: 'longformer',
    source: 'arXiv 2004.05150; allenai/longformer-base-4096 config.json',
    mask: or(window(256, 256), global(options.globalTokens ?? 1)),
    heads: 12,
    kvHeads: 12,
    headDim: 64,
    layers: layerKinds(12, () => true),
    ...lengths(options),
  }),
};

export interface BigBirdOptions extends LengthOptions {
  /** Seed of the random blocks. Default 0. */
  readonly seed?: number;
}

/**
 * BigBird-RoBERTa-base: blocks of 64, window of 3 blocks, 2 global and 3 random blocks, which differ from head to head;
 * 12 heads of 64. The published random blocks depend on NumPy's generator, ours on Philox; see `bigbird`.
 * Source: Zaheer et al., "Big Bird", NeurIPS 2020, and the model's `config.json` (`num_random_blocks` 3).
 */
export const bigbirdBase: PresetDefinition<BigBirdOptions> = {
  name: 'bigbird',
  perHead: true,
  build: (options) => ({
    name: 'bigbird',
    source: 'arXiv 2007.14062; google/bigbird-roberta-base config.json',
    mask: Array.from({ length: 12 }, (_, head) => ({
      ...bigbird({ block: 64, random: 3, window: 3, global: 2, seed: options.seed ?? 0 }),
      keyLength: options.length,
      head,
    })),
    heads: 12,
    kvHeads: 12,
    headDim: 64,
    layers: layerKinds(12, () => true),
    ...lengths(options),
  }),
};
