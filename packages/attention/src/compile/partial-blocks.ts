import { BLOCK_BITMAP, BLOCK_CLAUSES, type MaskClause } from '@sparsek/types';
import { bitmapPool } from './bitmap-pool.js';
import type { Block } from './block-bits.js';
import type { RowBounds } from './bounds.js';
import { collectLeaves } from './bounds.js';
import { toClause } from './box.js';
import { toBoxes } from './clauses.js';
import type { DocumentIndex } from './document-index.js';
import type { Geometry } from './geometry.js';
import { contains, intersects } from './integer-set.js';
import type { Leaf, Node } from './node.js';

/** Set leaves with more runs than this never become clauses of partial blocks. */
const MAX_RUNS = 4;

/** Decides how each partial block of one pattern is stored. */
export interface PartialBlocks {
  /** The block's fill: `BLOCK_CLAUSES`, or `BLOCK_BITMAP` plus the number of its bitmap. */
  fillOf(block: Block, bounds: RowBounds, bits: Uint32Array): number;
  readonly clauses: readonly MaskClause[] | undefined;
  bitmaps(): Uint32Array;
}

/**
 * Irregular leaves (patterns, scattered documents) are usually constant over one block, and what remains of the
 * expression there is then regular: the causal edge of a block pattern, say. The first such rest becomes the
 * pattern's clauses; a block whose rest is another gets a bitmap.
 */
export function partialBlocks(
  node: Node,
  geometry: Geometry,
  documents: DocumentIndex | undefined,
): PartialBlocks {
  const pool = bitmapPool();
  const irregular: Leaf[] = [];
  collectLeaves(node, (leaf) => {
    const regular =
      leaf.kind === 'set'
        ? leaf.set.length <= 2 * MAX_RUNS
        : leaf.kind === 'documents' && leaf.index === documents;
    if (!regular && !irregular.includes(leaf)) irregular.push(leaf);
  });
  const rests = new Map<string, string | undefined>();
  let chosen: { readonly key: string; readonly clauses: readonly MaskClause[] } | undefined;

  const restOf = (states: readonly (boolean | undefined)[]): string | undefined => {
    const name = states.map((state) => (state === undefined ? '?' : Number(state))).join('');
    if (rests.has(name)) return rests.get(name);
    const boxes = toBoxes(node, geometry, documents, (leaf) => states[irregular.indexOf(leaf)]);
    const clauses = boxes?.map(toClause);
    const key = clauses && clauseKey(clauses);
    if (clauses && key && !chosen) chosen = { key, clauses };
    rests.set(name, key);
    return key;
  };

  return {
    fillOf(block, bounds, bits) {
      const states = irregular.map((leaf) => {
        const { some, every } = bounds.leaves.get(leaf)!;
        if (contains(every, block.j0, block.j1)) return true;
        return intersects(some, block.j0, block.j1) ? undefined : false;
      });
      const key = restOf(states);
      return key !== undefined && key === chosen?.key ? BLOCK_CLAUSES : BLOCK_BITMAP + pool.add(bits);
    },
    get clauses() {
      return chosen?.clauses;
    },
    bitmaps: () => pool.concatenated(),
  };
}

function clauseKey(clauses: readonly MaskClause[]): string {
  return clauses.map((c) => [...c.diagonal, ...c.rows, ...c.columns, c.document].join()).join(';');
}
