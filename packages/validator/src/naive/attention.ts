import type { AttentionInputs, AttentionProblem } from '@sparsek/types';
import { roundTo } from '../numeric/round.js';
import {
  type AttentionReference,
  type AttentionReferenceOptions,
  type AttentionRow,
  allRows,
  kvHeadOf,
  tokenStart,
} from '../reference/attention.js';
import { type TokenReader, tokenReader } from '../reference/token-reader.js';
import { visibleKeys } from '../reference/visible.js';

const { fround } = Math;

/**
 * `attention` as the simplest code in the inputs' precision computes it: scores, maximum, exponentials and sums in
 * float32; the exponentials rounded to the input dtype before they multiply V, as matrix units need them; O rounded to
 * the output dtype.
 */
export function naiveAttention(
  problem: AttentionProblem,
  inputs: AttentionInputs,
  options: AttentionReferenceOptions = {},
): Omit<AttentionReference, 'spread'> {
  const rows = options.rows ?? allRows(problem);
  const valueDim = problem.valueDim ?? problem.headDim;
  const q = tokenReader(inputs.q, problem.dtype);
  const k = tokenReader(inputs.k, problem.dtype);
  const v = tokenReader(inputs.v, problem.dtype);
  const o = new Float64Array(rows.length * valueDim);
  const lse = new Float64Array(rows.length);
  for (const [r, row] of rows.entries()) {
    const { keys, scores } = visibleScores(problem, inputs, row, q, k);
    const sink = inputs.sinks?.[row.head] ?? Number.NEGATIVE_INFINITY;
    const max = scores.reduce((a, b) => Math.max(a, b), sink);
    if (keys.length === 0 || max === Number.NEGATIVE_INFINITY) {
      lse[r] = Number.NEGATIVE_INFINITY;
      continue;
    }
    const sums = new Float32Array(valueDim);
    let denominator = fround(Math.exp(sink - max));
    for (const [n, key] of keys.entries()) {
      const p = fround(Math.exp(fround(scores[n]! - max)));
      denominator = fround(denominator + p);
      const rounded = roundTo(p, problem.dtype);
      const start = v.at(tokenStart(inputs.v, problem.layout, row.batch, kvHeadOf(problem, row.head), key));
      for (let d = 0; d < valueDim; d++) sums[d]! += fround(rounded * v.numbers[start + d]!);
    }
    for (let d = 0; d < valueDim; d++) {
      o[r * valueDim + d] = roundTo(fround(sums[d]! / denominator), problem.outputDtype ?? problem.dtype);
    }
    lse[r] = fround(max + fround(Math.log(denominator)));
  }
  return { rows, o, lse };
}

function visibleScores(
  problem: AttentionProblem,
  inputs: AttentionInputs,
  row: AttentionRow,
  q: TokenReader,
  k: TokenReader,
): { keys: number[]; scores: number[] } {
  const { headDim, mask, softcap } = problem;
  const scale = fround(problem.scale ?? 1 / Math.sqrt(headDim));
  const position = row.query + mask.keyLength - mask.queryLength;
  const slope = inputs.alibiSlopes?.[row.head] ?? 0;
  const sees = visibleKeys(mask, row.batch, row.head, row.query);
  const qStart = q.at(tokenStart(inputs.q, problem.layout, row.batch, row.head, row.query));
  const kvHead = kvHeadOf(problem, row.head);
  const keys: number[] = [];
  const scores: number[] = [];
  for (let key = 0; key < mask.keyLength; key++) {
    if (!sees(key)) continue;
    const kStart = k.at(tokenStart(inputs.k, problem.layout, row.batch, kvHead, key));
    let product = 0;
    for (let d = 0; d < headDim; d++)
      product = fround(product + fround(q.numbers[qStart + d]! * k.numbers[kStart + d]!));
    let score = fround(scale * product);
    if (softcap !== undefined) score = fround(fround(softcap) * fround(Math.tanh(fround(score / softcap))));
    if (slope !== 0) score = fround(score - fround(slope * Math.abs(position - key)));
    keys.push(key);
    scores.push(score);
  }
  return { keys, scores };
}
