import { BLOCK_CLAUSES, BLOCK_FULL, InvalidArgumentError, type StoredPattern } from '@sparsek/types';
import { wordsPerRow } from './bits.js';
import { type Block, blockEvaluator } from './block-bits.js';
import { leavesOf, type RowBounds, rowBoundsOf } from './bounds.js';
import type { DocumentIndex } from './document-index.js';
import { firstPosition, type Geometry } from './geometry.js';
import { growingArray } from './growing-array.js';
import { blockSignature, leafStates } from './leaf-states.js';
import type { Node } from './node.js';
import { partialBlocks } from './partial-blocks.js';

/** Block offsets travel as 32-bit integers. */
const MAX_BLOCKS = 2 ** 31 - 1;

/** Memory for block signatures stays below some megabytes. */
const MAX_SIGNATURES = 2 ** 15;

/** Stands for the fill of a block that is not stored. */
const EMPTY_BLOCK = -1;

/**
 * The visible blocks of an expression, in time and memory proportional to them: interval arithmetic on keys finds
 * each block row's candidates and its full blocks, and only the rest is looked at element by element (32 at a time).
 */
export function storedPattern(
  node: Node,
  geometry: Geometry,
  documents: DocumentIndex | undefined,
): StoredPattern {
  const { queryLength, keyLength } = geometry;
  const [rows, columns] = geometry.blockShape;
  const first = firstPosition(geometry);
  const leaves = leavesOf(node);
  const boundsOf = rowBoundsOf(node, leaves, keyLength);
  const bitsOf = blockEvaluator(node, rows, columns);
  const partial = partialBlocks(node, leaves, geometry, documents);
  const known = new Map<string, number>();
  const indptr = new Int32Array(Math.ceil(queryLength / rows) + 1);
  const indices = growingArray();
  const fills = growingArray();
  let anyPartial = false;
  let anyClauses = false;

  const fillOf = (block: Block, bounds: RowBounds): number => {
    const states = leafStates(leaves, bounds, block);
    const signature = blockSignature(leaves, states, block);
    const before = signature === undefined ? undefined : known.get(signature);
    if (before !== undefined) return before;
    const bits = bitsOf(block);
    const content = describeBits(bits, block, columns);
    const fill =
      content === 'mixed' ? partial.fillOf(states, bits) : content === 'full' ? BLOCK_FULL : EMPTY_BLOCK;
    if (signature !== undefined && known.size < MAX_SIGNATURES) known.set(signature, fill);
    return fill;
  };

  for (let r = 0; r + 1 < indptr.length; r++) {
    const i0 = first + r * rows;
    const i1 = Math.min(i0 + rows, keyLength);
    const bounds = boundsOf(i0, i1);
    const { some, every } = bounds.total;
    let next = 0;
    let whole = 0;
    for (let p = 0; p < some.length; p += 2) {
      const begin = Math.max(some[p]!, 0);
      const end = Math.min(some[p + 1]!, keyLength);
      for (let c = Math.max(Math.floor(begin / columns), next); c * columns < end; c++) {
        next = c + 1;
        const j0 = c * columns;
        const j1 = Math.min(j0 + columns, keyLength);
        while (whole < every.length && every[whole + 1]! < j1) whole += 2;
        const full = whole < every.length && every[whole]! <= j0;
        const fill = full ? BLOCK_FULL : fillOf({ i0, i1, j0, j1 }, bounds);
        if (fill === EMPTY_BLOCK) continue;
        anyPartial ||= fill !== BLOCK_FULL;
        anyClauses ||= fill === BLOCK_CLAUSES;
        indices.push(c);
        fills.push(fill);
      }
    }
    if (indices.length > MAX_BLOCKS) {
      throw new InvalidArgumentError('blockShape', 'blocks large enough that fewer than 2^31 are visible', [
        rows,
        columns,
      ]);
    }
    indptr[r + 1] = indices.length;
  }

  const bitmaps = partial.bitmaps();
  return {
    kind: 'stored',
    indptr,
    indices: indices.take(),
    ...(anyPartial && { fill: fills.take() }),
    ...(anyClauses && partial.clauses && { clauses: partial.clauses }),
    ...(bitmaps.length > 0 && { bitmaps }),
  };
}

/** Whether none, all or some of the pairs of a block that exist are visible. */
function describeBits(bits: Uint32Array, block: Block, columns: number): 'empty' | 'full' | 'mixed' {
  const stride = wordsPerRow(columns);
  const width = block.j1 - block.j0;
  const height = block.i1 - block.i0;
  let anySet = false;
  let anyClear = false;
  for (let r = 0; r < height; r++) {
    for (let w = 0; 32 * w < width; w++) {
      const word = bits[r * stride + w]!;
      const whole = width - 32 * w >= 32 ? 0xffffffff : 2 ** (width - 32 * w) - 1;
      anySet ||= word !== 0;
      anyClear ||= word !== whole;
      if (anySet && anyClear) return 'mixed';
    }
  }
  return anySet ? 'full' : 'empty';
}
