import { InvalidArgumentError } from '@sparsek/types';
import { causal, window } from '../terms/regular.js';
import { type LengthOptions, layerKinds, lengths, type PresetDefinition } from './preset.js';

export interface GptOssOptions extends LengthOptions {
  /** The layer's 64 learned sink logits, from the model's weights (`self_attn.sinks`). */
  readonly sinks?: Float32Array;
}

const HEADS = 64;

/**
 * gpt-oss: causal window of 128 keys on every second layer, the first one included, and causal on the others; 64 query
 * and 8 KV heads of 64; each head has a learned logit that joins the softmax's denominator and has no value.
 * Source: OpenAI, "gpt-oss-120b & gpt-oss-20b Model Card", arXiv 2508.10925, and the models' `config.json`.
 */
export const gptOss20b = gptOssPreset('gpt-oss-20b', 24);
export const gptOss120b = gptOssPreset('gpt-oss-120b', 36);

function gptOssPreset(name: string, layers: number): PresetDefinition<GptOssOptions> {
  return {
    name,
    perHead: false,
    build: (options) => {
      const { sinks } = options;
      if (sinks && sinks.length !== HEADS) throw new InvalidArgumentError('sinks', `${HEADS} logits`, sinks);
      return {
        name,
        source: 'arXiv 2508.10925; openai/gpt-oss config.json',
        mask: window(128),
        denseMask: causal(),
        heads: HEADS,
        kvHeads: 8,
        headDim: 64,
        learnedSinks: true,
        ...(sinks && { sinks }),
        layers: layerKinds(layers, (layer) => layer % 2 === 0),
        ...lengths(options),
      };
    },
  };
}
