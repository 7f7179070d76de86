import type { Block } from './block-bits.js';
import type { RowBounds } from './bounds.js';
import { contains, intersects } from './integer-set.js';
import type { Leaf } from './node.js';

/** For each leaf: whether it holds for all pairs of a block (true), for none (false) or for some (undefined). */
export type LeafStates = readonly (boolean | undefined)[];

export function leafStates(leaves: readonly Leaf[], bounds: RowBounds, block: Block): LeafStates {
  return leaves.map((leaf) => {
    const { some, every } = bounds.leaves.get(leaf)!;
    if (contains(every, block.j0, block.j1)) return true;
    return intersects(some, block.j0, block.j1) ? undefined : false;
  });
}

/**
 * A text that is equal for two blocks only when the expression holds for the same pairs of both: windows look alike
 * wherever they are, so that a block need not be looked at again. Undefined where no such text is short.
 */
export function blockSignature(
  leaves: readonly Leaf[],
  states: LeafStates,
  block: Block,
): string | undefined {
  let text = `${block.i1 - block.i0},${block.j1 - block.j0}`;
  for (const [n, leaf] of leaves.entries()) {
    const state = states[n];
    if (state !== undefined) text += state ? ',+' : ',-';
    else if (leaf.kind !== 'set') return undefined;
    else if (leaf.axis === 'diagonal') text += `,${block.j0 - block.i0}`;
    else text += leaf.axis === 'key' ? `,k${block.j0}` : `,q${block.i0}`;
  }
  return text;
}
