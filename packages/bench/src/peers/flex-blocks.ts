import { visibleBlocks } from '@sparsek/bsr';
import { BLOCK_FULL, type BlockMask, type MaskPattern } from '@sparsek/types';

/** An array for a peer. */
export interface MaskArray {
  readonly elements: Int32Array | Int8Array;
  readonly dtype: 'i32' | 'i8';
  readonly shape: readonly number[];
}

/**
 * A mask as the block lists of FlexAttention's `BlockMask.from_kv_blocks`: for every pattern and row of blocks the number
 * of partial and of full blocks, and their columns padded to the longest row. Its own `create_block_mask` gives the same
 * lists, but looks at every pair of a query and a key. Undefined for blocks that do not divide its own.
 *
 * @param side - Of FlexAttention's blocks; 128 is its default.
 */
export function flexBlocks(
  mask: BlockMask,
  heads: number,
  side: number,
): Record<string, MaskArray> | undefined {
  const { patterns, blockShape } = mask;
  if (blockShape.some((own) => side % own !== 0)) return undefined;
  const rows = Math.ceil(mask.queryLength / side);
  const width = Math.ceil(mask.keyLength / side);
  const empty = () => ({
    counts: new Int32Array(patterns.length * rows),
    columns: new Int32Array(patterns.length * rows * width),
  });
  const [partial, full] = [empty(), empty()];
  for (const [p, pattern] of patterns.entries()) {
    for (let row = 0; row < rows; row++) {
      const line = p * rows + row;
      for (const [column, isFull] of coarseBlocks(mask, pattern, row, side)) {
        const { counts, columns } = isFull ? full : partial;
        columns[line * width + counts[line]!++] = column;
      }
    }
  }
  const lists = (name: string, { counts, columns }: ReturnType<typeof empty>): [string, MaskArray][] => [
    [`${name}Counts`, { elements: counts, dtype: 'i32', shape: [patterns.length, rows] }],
    [`${name}Columns`, { elements: columns, dtype: 'i32', shape: [patterns.length, rows, width] }],
  ];
  const patternOf = patterns.length === 1 ? Int32Array.of(0) : headPatterns(mask, heads);
  return {
    ...Object.fromEntries([...lists('partial', partial), ...lists('full', full)]),
    flexHeads: { elements: patternOf, dtype: 'i32', shape: [patternOf.length] },
  };
}

/** The pattern of every query head. */
export function headPatterns({ heads, headMap }: BlockMask, count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, head) => headMap[head % heads]!);
}

/** The visible blocks of a row in FlexAttention's blocks, by rising column: whether every pair is visible. */
function coarseBlocks(mask: BlockMask, pattern: MaskPattern, row: number, side: number): [number, boolean][] {
  const [height, width] = mask.blockShape;
  const [rowsInside, columnsInside] = [side / height, side / width];
  const fullInside = new Map<number, number>();
  const last = Math.ceil(mask.queryLength / height);
  for (let fine = row * rowsInside; fine < Math.min(last, (row + 1) * rowsInside); fine++) {
    const { columns, fill } = visibleBlocks(mask, pattern, fine);
    for (const [index, column] of columns.entries()) {
      const coarse = Math.floor(column / columnsInside);
      const isFull = fill[index] === BLOCK_FULL ? 1 : 0;
      fullInside.set(coarse, (fullInside.get(coarse) ?? 0) + isFull);
    }
  }
  return [...fullInside]
    .sort(([a], [b]) => a - b)
    .map(([column, count]) => [column, count === rowsInside * columnsInside]);
}
