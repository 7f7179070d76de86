import { InvalidArgumentError } from '@sparsek/types';
import { selectedBlocks } from '../terms/selected-blocks.js';
import { type Extent3d, tiles3d } from '../terms/tiles-3d.js';
import type { LengthOptions, Preset, PresetDefinition } from './preset.js';

export interface SlidingTileOptions {
  /** Default: the video's length, which is the only one possible. */
  readonly length?: number;
  /** Default [18, 48, 80]. */
  readonly latent?: Extent3d;
  /** Window in tiles, for all heads or one a head. Default [3, 3, 5]. */
  readonly kernel?: Extent3d | readonly Extent3d[];
  /** Text tokens after the video. Default 0. */
  readonly textLength?: number;
}

const TILE: Extent3d = [6, 8, 8];
const HEADS = 24;

/**
 * Sliding tile attention: latent video 18 x 48 x 80, tiles of 6 x 8 x 8 = 384 tokens in tile order, window of
 * (3, 3, 5) tiles; 24 heads of 128. Source: Zhang et al., "Fast Video Generation with Sliding Tile Attention", ICML
 * 2025, arXiv 2502.04507, and hao-ai-lab/FastVideo (mask strategies).
 */
export const slidingTiles: PresetDefinition<SlidingTileOptions> = {
  name: 'sta',
  perHead: false,
  build: slidingTilePreset,
};

function slidingTilePreset(options: SlidingTileOptions): Preset {
  const { latent = [18, 48, 80], kernel = [3, 3, 5], textLength = 0 } = options;
  const length = latent[0] * latent[1] * latent[2] + textLength;
  if (options.length !== undefined && options.length !== length) {
    throw new InvalidArgumentError('length', `the video's ${length} tokens`, options.length);
  }
  const mask = isExtent(kernel)
    ? tiles3d({ latent, tile: TILE, kernel, textLength })
    : kernel.map((own) => tiles3d({ latent, tile: TILE, kernel: own, textLength }));
  if (Array.isArray(mask) && mask.length !== HEADS) {
    throw new InvalidArgumentError('kernel', `one window or ${HEADS}, one a head`, kernel);
  }
  return {
    name: 'sta',
    source: 'arXiv 2502.04507; hao-ai-lab/FastVideo',
    mask,
    heads: HEADS,
    kvHeads: HEADS,
    headDim: 128,
    length,
    queryLength: length,
  };
}

function isExtent(kernel: Extent3d | readonly Extent3d[]): kernel is Extent3d {
  return typeof kernel[0] === 'number';
}

export interface VideoSparseOptions extends LengthOptions {
  /** `[heads, length / 64, topK]` tile numbers, -1 for none, from the model's coarse stage. */
  readonly indices: ArrayLike<number>;
  /** Tiles each query tile selects. Default 32. */
  readonly topK?: number;
  readonly heads?: number;
}

const VSA_TILE = 4 * 4 * 4;

/**
 * Video sparse attention: tiles of 4 x 4 x 4 = 64 tokens in tile order; each query tile of each head attends to its
 * top 32 key tiles. Heads default to Wan2.1-1.3B's 12 of 128. Source: Zhang et al., "VSA: Faster Video Diffusion with
 * Trainable Sparse Attention", arXiv 2505.13389, and FastVideo's kernels.
 */
export const videoSparse: PresetDefinition<VideoSparseOptions> = {
  name: 'vsa',
  perHead: true,
  build: (options) => {
    const { indices, length, topK = 32, heads = 12 } = options;
    const perHead = Math.ceil(length / VSA_TILE) * topK;
    if (indices?.length !== heads * perHead) {
      throw new InvalidArgumentError('indices', `${heads} heads x ${perHead} tile numbers`, indices);
    }
    return {
      name: 'vsa',
      source: 'arXiv 2505.13389; hao-ai-lab/FastVideo',
      mask: Array.from({ length: heads }, (_, head) =>
        selectedBlocks({
          indices: Array.from({ length: perHead }, (_entry, n) => indices[head * perHead + n]!),
          count: topK,
          queryBlock: VSA_TILE,
          keyBlock: VSA_TILE,
          queryLength: length,
          keyLength: length,
        }),
      ),
      heads,
      kvHeads: heads,
      headDim: 128,
      length,
      queryLength: length,
    };
  },
};
