import { isVisible } from '@sparsek/bsr';
import { BLOCK_BITMAP, BLOCK_FULL, type BlockMask, type StoredPattern } from '@sparsek/types';

/** Edge of the kernels' blocks, in tokens. */
export type BlockSide = 64 | 128;

interface Tiling {
  readonly side: BlockSide;
  /** Words of a row of a bitmap. */
  readonly rowWords: number;
}

type Bitmaps = Map<string, { readonly code: number; readonly words: Uint32Array }>;

/**
 * The same visible pairs in blocks of side x side, each full or with a bitmap of its own (equal bitmaps are shared). Time
 * is linear in the pairs of the visible blocks, 32 of them at a time where no clause decides.
 */
export function retile(mask: BlockMask, pattern: StoredPattern, side: BlockSide): StoredPattern {
  const tiling: Tiling = { side, rowWords: side / 32 };
  const tileRows = Math.ceil(mask.queryLength / side);
  const indptr = new Int32Array(tileRows + 1);
  const indices: number[] = [];
  const fill: number[] = [];
  const bitmaps: Bitmaps = new Map();
  const one: BlockMask = { ...mask, patterns: [pattern], batches: 1, heads: 1, headMap: Int32Array.of(0) };
  for (let row = 0; row < tileRows; row += 1) {
    const tiles = collectRow(one, pattern, row * side, tiling);
    for (const column of [...tiles.keys()].sort((a, b) => a - b)) {
      const words = tiles.get(column)!;
      if (words.every((word) => word === 0)) continue;
      indices.push(column);
      fill.push(isFull(mask, row, column, words, tiling) ? BLOCK_FULL : bitmapCode(bitmaps, words));
    }
    indptr[row + 1] = indices.length;
  }
  return {
    kind: 'stored',
    indptr,
    indices: Int32Array.from(indices),
    fill: Int32Array.from(fill),
    bitmaps: concatenate(
      [...bitmaps.values()].map((bitmap) => bitmap.words),
      side * tiling.rowWords,
    ),
  };
}

/** Bitmaps of the tiles of one tile row that a stored block meets, by tile column. */
function collectRow(
  mask: BlockMask,
  pattern: StoredPattern,
  firstQuery: number,
  tiling: Tiling,
): Map<number, Uint32Array> {
  const [height, width] = mask.blockShape;
  const lastQuery = Math.min(firstQuery + tiling.side, mask.queryLength);
  const tiles = new Map<number, Uint32Array>();
  for (let block = Math.floor(firstQuery / height); block * height < lastQuery; block += 1) {
    const begin = Math.max(firstQuery, block * height);
    const end = Math.min(lastQuery, (block + 1) * height);
    for (let p = pattern.indptr[block]!; p < pattern.indptr[block + 1]!; p += 1) {
      const firstKey = pattern.indices[p]! * width;
      const lastKey = Math.min(firstKey + width, mask.keyLength);
      for (let query = begin; query < end; query += 1) {
        for (let key = firstKey; key < lastKey; key += 32) {
          const count = Math.min(32, lastKey - key);
          const bits = visibleBits(mask, pattern, p, query, key, count);
          setBits(tiles, query - firstQuery, key, bits, tiling);
        }
      }
    }
  }
  return tiles;
}

/** Which of `count` keys from `key` on the query sees in block p of the pattern; `key` is 32 n keys into the block. */
function visibleBits(
  mask: BlockMask,
  { fill, bitmaps }: StoredPattern,
  p: number,
  query: number,
  key: number,
  count: number,
): number {
  const [height, width] = mask.blockShape;
  const all = count === 32 ? 0xffffffff : 2 ** count - 1;
  const code = fill?.[p] ?? BLOCK_FULL;
  if (code === BLOCK_FULL) return all;
  if (code >= BLOCK_BITMAP) {
    const rowWords = Math.ceil(width / 32);
    const row = (code - BLOCK_BITMAP) * height + (query % height);
    return bitmaps![row * rowWords + (key % width) / 32]! & all;
  }
  let bits = 0;
  for (let n = 0; n < count; n += 1) if (isVisible(mask, 0, 0, query, key + n)) bits |= 1 << n;
  return bits;
}

/** Sets the bits of 32 keys, which may end in the next word or tile. */
function setBits(
  tiles: Map<number, Uint32Array>,
  row: number,
  key: number,
  bits: number,
  { side, rowWords }: Tiling,
): void {
  for (let rest = bits, at = key; rest !== 0; ) {
    const column = Math.floor(at / side);
    const shift = at & 31;
    let words = tiles.get(column);
    if (words === undefined) {
      words = new Uint32Array(side * rowWords);
      tiles.set(column, words);
    }
    words[row * rowWords + ((at % side) >>> 5)]! |= rest << shift;
    rest = shift === 0 ? 0 : rest >>> (32 - shift);
    at += 32 - shift;
  }
}

/** Whether every pair of the tile that exists is set. */
function isFull(
  mask: BlockMask,
  row: number,
  column: number,
  words: Uint32Array,
  { side, rowWords }: Tiling,
): boolean {
  const queries = Math.min(side, mask.queryLength - row * side);
  const keys = Math.min(side, mask.keyLength - column * side);
  for (let query = 0; query < queries; query += 1) {
    for (let word = 0; word * 32 < keys; word += 1) {
      const wanted = keys - word * 32 >= 32 ? 0xffffffff : 2 ** (keys - word * 32) - 1;
      if (words[query * rowWords + word] !== wanted) return false;
    }
  }
  return true;
}

function bitmapCode(bitmaps: Bitmaps, words: Uint32Array): number {
  const key = Buffer.from(words.buffer, words.byteOffset, words.byteLength).toString('latin1');
  const known = bitmaps.get(key);
  if (known !== undefined) return known.code;
  const code = BLOCK_BITMAP + bitmaps.size;
  bitmaps.set(key, { code, words });
  return code;
}

function concatenate(parts: readonly Uint32Array[], words: number): Uint32Array {
  const all = new Uint32Array(parts.length * words);
  for (const [i, part] of parts.entries()) all.set(part, i * words);
  return all;
}
