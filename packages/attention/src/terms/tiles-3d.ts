import { type BsrPattern, InvalidArgumentError } from '@sparsek/types';
import { checkInteger } from '../mask/check.js';
import type { MaskExpression } from '../mask/expression.js';

/** Extents along time, height and width. */
export type Extent3d = readonly [time: number, height: number, width: number];

export interface Tiling {
  /** Tokens of the latent video along each axis; each a multiple of the tile's. */
  readonly latent: Extent3d;
  /** Tokens of a tile along each axis. */
  readonly tile: Extent3d;
}

export interface SlidingTiles extends Tiling {
  /** Extent of the attention window along each axis, in tiles. */
  readonly kernel: Extent3d;
  /** Text tokens after the video: everything sees them and they see everything. Default 0. */
  readonly textLength?: number;
}

const AXES = ['time', 'height', 'width'] as const;

/**
 * Sliding tile attention for video (Zhang et al., "Fast Video Generation with Sliding Tile Attention", ICML 2025).
 * Tokens stand in tile order, see `tileOrder`. A tile sees the tiles within `floor(kernel / 2)` of its own position
 * along each axis, that position being moved inwards so that the window stays within the video.
 */
export function tiles3d(tiling: SlidingTiles): MaskExpression {
  const grid = tileGrid(tiling);
  const { tile, kernel, textLength = 0 } = tiling;
  AXES.forEach((axis, a) => {
    checkInteger(kernel[a]!, `kernel's ${axis}`, 1);
  });
  checkInteger(textLength, 'textLength', 0);
  const windows = AXES.map((_, a) => axisWindows(grid[a]!, kernel[a]!));
  const area = tile[0] * tile[1] * tile[2];
  const tiles = grid[0] * grid[1] * grid[2];
  const length = tiles * area + textLength;
  const size = Math.ceil(length / area);
  const indptr = new Int32Array(size + 1);
  const indices: number[] = [];
  for (let r = 0; r < size; r++) {
    if (r < tiles) {
      const [t0, t1] = windows[0]![Math.floor(r / (grid[1] * grid[2]))]!;
      const [h0, h1] = windows[1]![Math.floor(r / grid[2]) % grid[1]]!;
      const [w0, w1] = windows[2]![r % grid[2]]!;
      for (let t = t0; t < t1; t++) {
        for (let h = h0; h < h1; h++) {
          for (let w = w0; w < w1; w++) indices.push((t * grid[1] + h) * grid[2] + w);
        }
      }
    } else {
      for (let c = 0; c < tiles; c++) indices.push(c);
    }
    for (let c = tiles; c < size; c++) indices.push(c);
    indptr[r + 1] = indices.length;
  }
  const pattern: BsrPattern = {
    shape: [length, length],
    blockShape: [area, area],
    indptr,
    indices: Int32Array.from(indices),
  };
  return { kind: 'blocks', pattern };
}

/**
 * Where each token of the tile order comes from: entry p is the raster index `(t * height + h) * width + w` of the
 * token that stands at place p once every tile's tokens follow each other.
 */
export function tileOrder(tiling: Tiling): Int32Array {
  const grid = tileGrid(tiling);
  const { latent, tile } = tiling;
  const order = new Int32Array(latent[0] * latent[1] * latent[2]);
  let place = 0;
  for (let tt = 0; tt < grid[0]; tt++) {
    for (let th = 0; th < grid[1]; th++) {
      for (let tw = 0; tw < grid[2]; tw++) {
        for (let t = tt * tile[0]; t < (tt + 1) * tile[0]; t++) {
          for (let h = th * tile[1]; h < (th + 1) * tile[1]; h++) {
            for (let w = tw * tile[2]; w < (tw + 1) * tile[2]; w++) {
              order[place++] = (t * latent[1] + h) * latent[2] + w;
            }
          }
        }
      }
    }
  }
  return order;
}

function tileGrid({ latent, tile }: Tiling): Extent3d {
  AXES.forEach((axis, a) => {
    checkInteger(latent[a]!, `latent's ${axis}`, 1);
    checkInteger(tile[a]!, `tile's ${axis}`, 1);
    if (latent[a]! % tile[a]! !== 0) {
      throw new InvalidArgumentError(`latent's ${axis}`, `a multiple of the tile's ${tile[a]}`, latent[a]);
    }
  });
  return [latent[0] / tile[0], latent[1] / tile[1], latent[2] / tile[2]];
}

/** For each position along an axis of `size` tiles, the half-open range of tiles that it sees. */
function axisWindows(size: number, kernel: number): [number, number][] {
  const reach = Math.floor(kernel / 2);
  return Array.from({ length: size }, (_, position): [number, number] => {
    const centre = Math.min(Math.max(position, reach), size - 1 - reach);
    return kernel >= size ? [0, size] : [Math.max(centre - reach, 0), Math.min(centre + reach + 1, size)];
  });
}
