import type { AttentionInputs, AttentionProblem, AttentionTensor } from '@sparsek/types';
import { runSteps, type Steps } from './steps.js';
import { type TokenReader, tokenReader } from './token-reader.js';
import { visibleKeys } from './visible.js';

/** One query row of one head. */
export interface AttentionRow {
  readonly batch: number;
  readonly head: number;
  /** Query index from 0. */
  readonly query: number;
}

export interface AttentionReferenceOptions {
  /** Compute these rows only, so that long sequences can be checked by samples. Default: all rows. */
  readonly rows?: readonly AttentionRow[];
}

/** The float64 result of attention, before rounding. */
export interface AttentionReference {
  readonly rows: readonly AttentionRow[];
  /** `[rows, valueDim]`. */
  readonly o: Float64Array;
  /** `[rows]`. */
  readonly lse: Float64Array;
  /** `[rows, valueDim]`: the same weighted sums, of the absolute values of V. */
  readonly spread: Float64Array;
}

/** `attention` in float64, not rounded, row by row. Inputs are taken to be well-formed. */
export function referenceAttention(
  problem: AttentionProblem,
  inputs: AttentionInputs,
  options: AttentionReferenceOptions = {},
): AttentionReference {
  return runSteps(attentionSteps(problem, inputs, options));
}

export function* attentionSteps(
  problem: AttentionProblem,
  inputs: AttentionInputs,
  options: AttentionReferenceOptions = {},
): Steps<AttentionReference> {
  const rows = options.rows ?? allRows(problem);
  const valueDim = problem.valueDim ?? problem.headDim;
  const q = tokenReader(inputs.q, problem.dtype);
  const k = tokenReader(inputs.k, problem.dtype);
  const v = tokenReader(inputs.v, problem.dtype);
  const o = new Float64Array(rows.length * valueDim);
  const lse = new Float64Array(rows.length);
  const spread = new Float64Array(rows.length * valueDim);
  for (const [r, row] of rows.entries()) {
    const { keys, scores } = visibleScores(problem, inputs, row, q, k);
    const { weights, logSumExp } = softmax(scores, inputs.sinks?.[row.head]);
    const kvHead = kvHeadOf(problem, row.head);
    for (const [n, key] of keys.entries()) {
      const start = v.at(tokenStart(inputs.v, problem.layout, row.batch, kvHead, key));
      for (let d = 0; d < valueDim; d++) {
        const term = weights[n]! * v.numbers[start + d]!;
        o[r * valueDim + d]! += term;
        spread[r * valueDim + d]! += Math.abs(term);
      }
    }
    lse[r] = logSumExp;
    yield r / rows.length;
  }
  return { rows, o, lse, spread };
}

/** The keys that a row sees, and their scores: scaled, capped, with the linear bias, before the softmax. */
function visibleScores(
  problem: AttentionProblem,
  inputs: AttentionInputs,
  row: AttentionRow,
  q: TokenReader,
  k: TokenReader,
): { keys: number[]; scores: number[] } {
  const { headDim, mask, softcap } = problem;
  const scale = problem.scale ?? 1 / Math.sqrt(headDim);
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
    for (let d = 0; d < headDim; d++) product += q.numbers[qStart + d]! * k.numbers[kStart + d]!;
    let score = scale * product;
    if (softcap !== undefined) score = softcap * Math.tanh(score / softcap);
    if (slope !== 0) score -= slope * Math.abs(position - key);
    keys.push(key);
    scores.push(score);
  }
  return { keys, scores };
}

/** Weights exp(s) / (sum of exp(s) + exp(sink)), and the logarithm of that denominator. */
function softmax(
  scores: readonly number[],
  sink: number = Number.NEGATIVE_INFINITY,
): { weights: number[]; logSumExp: number } {
  // A row without keys has no denominator, whether or not there is a sink.
  if (scores.length === 0) return { weights: [], logSumExp: Number.NEGATIVE_INFINITY };
  const max = scores.reduce((a, b) => Math.max(a, b), sink);
  // Scores of -Infinity hide a key just as the mask does.
  if (max === Number.NEGATIVE_INFINITY) return { weights: scores.map(() => 0), logSumExp: max };
  const exponentials = scores.map((score) => Math.exp(score - max));
  const sum = exponentials.reduce((a, b) => a + b, Math.exp(sink - max));
  return { weights: exponentials.map((e) => e / sum), logSumExp: max + Math.log(sum) };
}

/** Every row, in the order of the log-sum-exp: `[batch, heads, queryLength]`. */
export function allRows(problem: AttentionProblem): AttentionRow[] {
  const rows: AttentionRow[] = [];
  for (let batch = 0; batch < problem.batch; batch++) {
    for (let head = 0; head < problem.heads; head++) {
      for (let query = 0; query < problem.mask.queryLength; query++) rows.push({ batch, head, query });
    }
  }
  return rows;
}

/** Neighbouring query heads share a head of K and V. */
export function kvHeadOf(problem: AttentionProblem, head: number): number {
  return Math.floor(head / (problem.heads / problem.kvHeads));
}

/** Where the vector of one token of one head starts in a tensor's values. */
export function tokenStart(
  tensor: Pick<AttentionTensor, 'shape'>,
  layout: AttentionProblem['layout'],
  batch: number,
  head: number,
  token: number,
): number {
  const [, second, third, dim] = tensor.shape;
  const [a, b] = layout === 'bhsd' ? [head, token] : [token, head];
  return ((batch * second + a) * third + b) * dim;
}
