import { DTYPES, type OperationName } from '@sparsek/types';
import type { AttentionCase, Case, Spmm24Case, SpmmCase } from './case.js';
import { regular, sharedMask } from './masks.js';
import { pattern, randomly } from './patterns.js';

/** Block sizes that have kernels of their own, and dense extents at the edges of their tiles. */
const BLOCK_SIZES = [16, 32, 64, 128];
const EXTENTS = [8, 16, 24, 64, 72, 120, 128, 136, 248, 256, 264];
const STRUCTURED_EXTENTS = [8, 24, 64, 72, 128, 136, 256, 264];
const TILE = 128;
/** 20 x 9 tiles of 128 x 256, where the largest GPUs have 160 multiprocessors. */
const MANY_ROWS = 20 * TILE;
const MANY_COLUMNS = 8 * 256 + 8;
const LENGTHS = [TILE - 1, TILE, TILE + 1, 2 * TILE - 1, 2 * TILE, 2 * TILE + 1, 3 * TILE + 5];

/** Sizes next to the edges of the tiles that matrix units work on. */
export function tileCases(seed: number, operation: OperationName): Case[] {
  if (operation === 'spmm') return spmmTiles(seed);
  if (operation === 'spmm24') return spmm24Tiles(seed);
  if (operation === 'attention') return attentionTiles(seed);
  return [];
}

function spmmTiles(seed: number): SpmmCase[] {
  return [...spmmTileEdges(seed), ...spmmManyTiles(seed)];
}

/** More tiles than any GPU has multiprocessors, so that a persistent kernel goes from one tile to the next. */
function spmmManyTiles(seed: number): SpmmCase[] {
  return BLOCK_SIZES.map(
    (size, index): SpmmCase => ({
      name: `tiles: blocks of ${size}, more tiles than multiprocessors`,
      operation: 'spmm',
      seed: seed + 6000 + index,
      dtype: index % 3 === 0 ? 'f16' : 'bf16',
      pattern: pattern([MANY_ROWS, 2 * TILE], [size, size], randomly(seed + 6000 + index, 0.5)),
      denseExtent: MANY_COLUMNS,
      a: {},
      dense: {},
      ...(size >= 64 && { activation: 'gelu', bias: {} }),
    }),
  );
}

function spmmTileEdges(seed: number): SpmmCase[] {
  return DTYPES.flatMap((dtype) =>
    BLOCK_SIZES.flatMap((size) =>
      EXTENTS.map((denseExtent, index): SpmmCase => {
        const shape = [3 * size + (index % 3), 5 * size - (index % 2)] as const;
        return {
          name: `tiles: blocks of ${size}, dense extent ${denseExtent}`,
          operation: 'spmm',
          seed: seed + 5000 + index,
          dtype,
          pattern: pattern(shape, [size, size], randomly(seed + 5000 + index, 0.4)),
          denseExtent,
          a: index % 2 === 0 ? {} : { mean: 1 },
          dense: {},
        };
      }),
    ),
  );
}

function spmm24Tiles(seed: number): Spmm24Case[] {
  return DTYPES.flatMap((dtype) =>
    STRUCTURED_EXTENTS.map(
      (denseExtent, index): Spmm24Case => ({
        name: `tiles: dense extent ${denseExtent}`,
        operation: 'spmm24',
        seed: seed + 5000 + index,
        dtype,
        structure: { format: 'sparse24', shape: [TILE + index, 2 * TILE + 8 * index] },
        positions: 'drawn',
        denseExtent,
        a: {},
        dense: {},
      }),
    ),
  );
}

function attentionTiles(seed: number): AttentionCase[] {
  const masks = {
    causal: regular({ diagonal: [null, 0] }),
    window: regular({ diagonal: [-70, 0] }),
    none: regular({}),
  };
  return DTYPES.flatMap((dtype) =>
    Object.entries(masks).flatMap(([name, mask]) =>
      LENGTHS.map(
        (length, index): AttentionCase => ({
          name: `tiles: ${name}, length ${length}`,
          operation: 'attention',
          seed: seed + 5000 + index,
          dtype,
          batch: 1,
          heads: 2,
          kvHeads: 1,
          headDim: index % 2 === 0 ? 64 : 128,
          layout: index % 2 === 0 ? 'bhsd' : 'bshd',
          mask: sharedMask([length, length], [64, 64], mask),
          q: {},
          k: {},
          v: { mean: 1 },
          lse: true,
        }),
      ),
    ),
  );
}
