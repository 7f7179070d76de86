import { blockAt } from '../mask/block-at.js';
import { setBits, wordsPerRow } from './bits.js';
import { documentKeys } from './document-index.js';
import { EVERYTHING, firstRunEndingAfter, type IntegerSet } from './integer-set.js';
import type { BlocksLeaf, Leaf, Node } from './node.js';

/** One block: queries [i0, i1) by absolute position, keys [j0, j1). */
export interface Block {
  i0: number;
  i1: number;
  j0: number;
  j1: number;
}

/**
 * Evaluates an expression over a block into `[BQ, ceil(BK / 32)]` words; bits of pairs that do not exist are 0. The
 * result is overwritten by the next call.
 */
export function blockEvaluator(
  node: Node,
  blockRows: number,
  blockColumns: number,
): (block: Block) => Uint32Array {
  const stride = wordsPerRow(blockColumns);
  const scratch: Uint32Array[] = [];
  const buffer = (depth: number): Uint32Array => {
    while (scratch.length <= depth) scratch.push(new Uint32Array(blockRows * stride));
    return scratch[depth]!;
  };

  const evaluate = (current: Node, block: Block, depth: number): Uint32Array => {
    const out = buffer(depth);
    if (current.kind === 'not') {
      const inner = evaluate(current.node, block, depth + 1);
      fillRows(out, stride, block, () => EVERYTHING, 0);
      for (let w = 0; w < out.length; w++) out[w] = out[w]! & ~inner[w]!;
    } else if (current.kind === 'and') {
      fillRows(out, stride, block, () => EVERYTHING, 0);
      for (const child of current.nodes) {
        const inner = evaluate(child, block, depth + 1);
        for (let w = 0; w < out.length; w++) out[w] = out[w]! & inner[w]!;
      }
    } else if (current.kind === 'or') {
      out.fill(0);
      for (const child of current.nodes) {
        const inner = evaluate(child, block, depth + 1);
        for (let w = 0; w < out.length; w++) out[w] = out[w]! | inner[w]!;
      }
    } else {
      evaluateLeaf(current, out, stride, block);
    }
    return out;
  };
  return (block) => evaluate(node, block, 0);
}

function evaluateLeaf(leaf: Leaf, out: Uint32Array, stride: number, block: Block): void {
  if (leaf.kind === 'documents') {
    fillRows(out, stride, block, (i) => documentKeys(leaf.index, i), 0);
  } else if (leaf.kind === 'blocks') {
    evaluatePattern(leaf, out, stride, block);
  } else if (leaf.axis === 'query') {
    const inside = (i: number) => {
      const p = firstRunEndingAfter(leaf.set, i);
      return p < leaf.set.length && leaf.set[p]! <= i;
    };
    fillRows(out, stride, block, (i) => (inside(i) ? EVERYTHING : []), 0);
  } else {
    fillRows(out, stride, block, () => leaf.set, leaf.axis === 'diagonal' ? 1 : 0);
  }
}

/** Sets, for every row i, the keys of `keysOf(i)` moved by `i * slope` that lie in the block. */
function fillRows(
  out: Uint32Array,
  stride: number,
  block: Block,
  keysOf: (i: number) => IntegerSet,
  slope: number,
): void {
  const { i0, i1, j0, j1 } = block;
  out.fill(0);
  for (let i = i0; i < i1; i++) {
    const keys = keysOf(i);
    const origin = j0 - i * slope;
    const width = j1 - j0;
    for (let p = firstRunEndingAfter(keys, origin); p < keys.length; p += 2) {
      const from = keys[p]! - origin;
      if (from >= width) break;
      setBits(out, (i - i0) * stride, Math.max(from, 0), Math.min(keys[p + 1]! - origin, width));
    }
  }
}

function evaluatePattern({ pattern }: BlocksLeaf, out: Uint32Array, stride: number, block: Block): void {
  const { i0, i1, j0, j1 } = block;
  const [rows, columns] = pattern.shape;
  const [height, width] = pattern.blockShape;
  const offset = rows - columns;
  out.fill(0);
  const end = Math.min(j1, columns);
  let previous = -1;
  for (let i = i0; i < i1; i++) {
    const row = i + offset;
    if (row < 0 || row >= rows) continue;
    const target = (i - i0) * stride;
    const blockRow = Math.floor(row / height);
    if (blockRow === previous) {
      out.copyWithin(target, target - stride, target);
      continue;
    }
    previous = blockRow;
    for (let c = Math.floor(j0 / width); c * width < end; c++) {
      if (blockAt(pattern, blockRow, c) < 0) continue;
      setBits(out, target, Math.max(c * width - j0, 0), Math.min((c + 1) * width, end) - j0);
    }
  }
}
