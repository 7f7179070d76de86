import { window } from '../terms/regular.js';
import { layerKinds, lengths, type SimplePreset } from './preset.js';

/**
 * Mistral-7B-v0.1: causal sliding window of 4096 keys in all 32 layers, 32 query and 8 KV heads of 128.
 * Source: Jiang et al., "Mistral 7B", arXiv 2310.06825, and the model's `config.json` (`sliding_window` 4096), read as
 * transformers does: key j is visible when i - 4096 < j <= i.
 */
export const mistral7b: SimplePreset = {
  name: 'mistral-7b',
  perHead: false,
  build: (options) => ({
    name: 'mistral-7b',
    source: 'arXiv 2310.06825; mistralai/Mistral-7B-v0.1 config.json',
    mask: window(4096),
    heads: 32,
    kvHeads: 8,
    headDim: 128,
    layers: layerKinds(32, () => true),
    ...lengths(options),
  }),
};
