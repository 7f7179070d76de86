import { causal, window } from '../terms/regular.js';
import { layerKinds, lengths, type SimplePreset } from './preset.js';

interface GemmaModel {
  readonly name: string;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly layers: number;
  readonly window: number;
  /** `query_pre_attn_scalar`: the scale is its inverse square root. */
  readonly scalar: number;
}

const GEMMA_2 = [
  { name: 'gemma-2-2b', heads: 8, kvHeads: 4, headDim: 256, layers: 26, window: 4096, scalar: 256 },
  { name: 'gemma-2-9b', heads: 16, kvHeads: 8, headDim: 256, layers: 42, window: 4096, scalar: 256 },
  { name: 'gemma-2-27b', heads: 32, kvHeads: 16, headDim: 128, layers: 46, window: 4096, scalar: 144 },
] as const;

const GEMMA_3 = [
  { name: 'gemma-3-1b', heads: 4, kvHeads: 1, headDim: 256, layers: 26, window: 512, scalar: 256 },
  { name: 'gemma-3-4b', heads: 8, kvHeads: 4, headDim: 256, layers: 34, window: 1024, scalar: 256 },
  { name: 'gemma-3-12b', heads: 16, kvHeads: 8, headDim: 256, layers: 48, window: 1024, scalar: 256 },
  { name: 'gemma-3-27b', heads: 32, kvHeads: 16, headDim: 128, layers: 62, window: 1024, scalar: 168 },
] as const;

/**
 * Gemma 2: causal window of 4096 keys on every second layer, the first one included, and causal on the others; scores
 * are soft-capped at 50. Source: Gemma Team, "Gemma 2", arXiv 2408.00118, and the models' `config.json`.
 */
export const gemma2 = byName(GEMMA_2, (model) =>
  gemmaPreset(model, 'arXiv 2408.00118; google/gemma-2 config.json', 50, (layer) => layer % 2 === 0),
);

/**
 * Gemma 3: five layers with a causal window (1024 keys, 512 in the 1B model), then one causal layer, and so on; no soft
 * cap. Source: Gemma Team, "Gemma 3", arXiv 2503.19786, and the models' `config.json`.
 */
export const gemma3 = byName(GEMMA_3, (model) =>
  gemmaPreset(
    model,
    'arXiv 2503.19786; google/gemma-3 config.json',
    undefined,
    (layer) => (layer + 1) % 6 !== 0,
  ),
);

function byName<Name extends string>(
  models: readonly (GemmaModel & { readonly name: Name })[],
  build: (model: GemmaModel) => SimplePreset,
): Record<Name, SimplePreset> {
  return Object.fromEntries(models.map((model) => [model.name, build(model)])) as Record<Name, SimplePreset>;
}

function gemmaPreset(
  model: GemmaModel,
  source: string,
  softcap: number | undefined,
  isSparse: (layer: number) => boolean,
): SimplePreset {
  const { name, heads, kvHeads, headDim } = model;
  return {
    name,
    perHead: false,
    build: (options) => ({
      name,
      source,
      mask: window(model.window),
      denseMask: causal(),
      heads,
      kvHeads,
      headDim,
      scale: 1 / Math.sqrt(model.scalar),
      ...(softcap !== undefined && { softcap }),
      layers: layerKinds(model.layers, isSparse),
      ...lengths(options),
    }),
  };
}
