import { normalValues, randomPattern } from '@sparsek/bsr';
import type { AttentionInputs, AttentionProblem, BlockMask, SpmmInputs, SpmmProblem } from '@sparsek/types';

const OPEN = [-Infinity, Infinity] as const;

/** Causal over a sliding window; the whole lower triangle without one. */
export function causalMask(length: number, window = Infinity): BlockMask {
  const clause = { diagonal: [1 - window, 0], rows: OPEN, columns: OPEN, document: 'any' } as const;
  return {
    queryLength: length,
    keyLength: length,
    blockShape: [64, 64],
    patterns: [{ kind: 'regular', clauses: [clause] }],
    batches: 1,
    heads: 1,
    headMap: Int32Array.of(0),
  };
}

export function attentionProblem(length: number, headDim: number, heads = 1): AttentionProblem {
  return {
    batch: 1,
    heads,
    kvHeads: heads,
    headDim,
    dtype: 'f32',
    layout: 'bhsd',
    mask: causalMask(length),
  };
}

export function attentionInputs(problem: AttentionProblem, seed = 0): AttentionInputs {
  const { heads, headDim, mask } = problem;
  const shape = [1, heads, mask.queryLength, headDim] as const;
  const tensor = (stream: number) => {
    const values = normalValues(heads * mask.queryLength * headDim, { seed: seed + stream });
    return { shape, dtype: 'f32' as const, values };
  };
  return { q: tensor(0), k: tensor(1), v: tensor(2) };
}

/** A square product, a quarter of whose blocks are stored. */
export function spmmProblem(rows: number, block: number, denseExtent: number): SpmmProblem {
  const pattern = randomPattern({ shape: [rows, rows], blockShape: [block, block], density: 0.25, seed: 1 });
  return { pattern, dtype: 'f32', denseExtent };
}

export function spmmInputs(problem: SpmmProblem): SpmmInputs {
  const { pattern, denseExtent } = problem;
  const [rows] = pattern.shape;
  return {
    values: normalValues(pattern.indices.length * pattern.blockShape[0] * pattern.blockShape[1], { seed: 2 }),
    dense: {
      shape: [rows, denseExtent],
      dtype: 'f32',
      values: normalValues(rows * denseExtent, { seed: 3 }),
    },
  };
}
