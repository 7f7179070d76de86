import { BLOCK_BITMAP, BLOCK_CLAUSES, type MaskClause } from '@sparsek/types';
import { bitmapPool } from './bitmap-pool.js';
import { clauseKey, toClause } from './box.js';
import { toBoxes } from './clauses.js';
import type { DocumentIndex } from './document-index.js';
import type { Geometry } from './geometry.js';
import type { LeafStates } from './leaf-states.js';
import type { Leaf, Node } from './node.js';

/** Set leaves with more runs than this never become clauses of partial blocks. */
const MAX_RUNS = 4;

/** Decides how each partial block of one pattern is stored. */
export interface PartialBlocks {
  /** The block's fill: `BLOCK_CLAUSES`, or `BLOCK_BITMAP` plus the number of its bitmap. */
  fillOf(states: LeafStates, bits: Uint32Array): number;
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
  leaves: readonly Leaf[],
  geometry: Geometry,
  documents: DocumentIndex | undefined,
): PartialBlocks {
  const pool = bitmapPool();
  const irregular = leaves.map((leaf) =>
    leaf.kind === 'set' ? leaf.set.length > 2 * MAX_RUNS : leaf.kind === 'blocks' || leaf.index !== documents,
  );
  const rests = new Map<string, string | undefined>();
  let chosen: { readonly key: string; readonly clauses: readonly MaskClause[] } | undefined;

  const restOf = (states: LeafStates): string | undefined => {
    const known = states.map((state, n) => (irregular[n] ? state : undefined));
    const name = known.map((state) => (state === undefined ? '?' : Number(state))).join('');
    if (rests.has(name)) return rests.get(name);
    const boxes = toBoxes(node, geometry, documents, (leaf) => known[leaves.indexOf(leaf)]);
    const clauses = boxes?.map(toClause);
    const key = clauses && clauseKey(clauses);
    if (clauses && key && !chosen) chosen = { key, clauses };
    rests.set(name, key);
    return key;
  };

  return {
    fillOf(states, bits) {
      const key = restOf(states);
      return key !== undefined && key === chosen?.key ? BLOCK_CLAUSES : BLOCK_BITMAP + pool.add(bits);
    },
    get clauses() {
      return chosen?.clauses;
    },
    bitmaps: () => pool.concatenated(),
  };
}
