import { sliceRows } from '@sparsek/bsr';
import { ATTENTION_ABSOLUTE, PRODUCT_FROBENIUS, referenceAttention, referenceSpmm } from '@sparsek/validator';
import type { AttentionData, CaseData, SpmmData } from '../case/data.js';
import type { AttentionCase, BenchCase } from '../case/schema.js';
import type { CheckResult } from '../report/schema.js';

/** At how many places rows of a large result are compared with float64. */
const SAMPLED_PLACES = 3;
/** Multiplications that a check may take, about a second of them. */
const CHECK_BUDGET = 3e8;
const SAMPLED_QUERIES = 24;

/**
 * Compares a result with the float64 reference on rows spread over it: the first, the last and some between.
 * Undefined where there is nothing to compare.
 */
export function checkResult(
  benchCase: BenchCase,
  data: CaseData,
  result: Float32Array,
): CheckResult | undefined {
  switch (data.operation) {
    case 'spmm':
      return checkSpmm(data, result);
    case 'attention':
      return checkAttention(benchCase as AttentionCase, data, result);
    case 'convert':
      return undefined;
  }
}

function checkSpmm({ a, b }: SpmmData, result: Float32Array): CheckResult {
  const n = b.shape[1];
  const [m] = a.shape;
  const [height] = a.blockShape;
  let squaredError = 0;
  let squaredNorm = 0;
  let rows = 0;
  const costOfRow = Math.max(1, (a.values.length / m) * n);
  const rowsAtPlace = Math.max(1, Math.min(height, Math.floor(CHECK_BUDGET / SAMPLED_PLACES / costOfRow)));
  for (const begin of spread(m - Math.min(m, rowsAtPlace) + 1, SAMPLED_PLACES)) {
    const end = Math.min(m, begin + rowsAtPlace);
    const slice = sliceRows(a, begin, end);
    const expected = referenceSpmm(
      { pattern: slice, dtype: a.dtype, denseExtent: n },
      { values: slice.values, dense: b },
    );
    for (const [index, reference] of expected.entries()) {
      // A missing element must fail the check, and NaN fails every comparison.
      squaredError += (reference - (result[begin * n + index] ?? Number.NaN)) ** 2;
      squaredNorm += reference ** 2;
    }
    rows += end - begin;
  }
  const error = squaredNorm > 0 ? Math.sqrt(squaredError / squaredNorm) : Math.sqrt(squaredError);
  return verdict(error, PRODUCT_FROBENIUS[a.dtype], rows);
}

function checkAttention(
  { batch, heads, kvHeads, headDim, dtype }: AttentionCase,
  { mask, q, k, v }: AttentionData,
  result: Float32Array,
): CheckResult {
  const { queryLength } = mask;
  const rows = spread(batch * heads * queryLength, SAMPLED_QUERIES).map((row) => ({
    batch: Math.floor(row / (heads * queryLength)),
    head: Math.floor(row / queryLength) % heads,
    query: row % queryLength,
  }));
  const problem = { batch, heads, kvHeads, headDim, dtype, layout: 'bhsd', mask } as const;
  const { o } = referenceAttention(problem, { q, k, v }, { rows });
  let error = 0;
  for (const [index, { batch: b, head, query }] of rows.entries()) {
    const start = ((b * heads + head) * queryLength + query) * headDim;
    for (let d = 0; d < headDim; d++) {
      const difference = Math.abs(o[index * headDim + d]! - (result[start + d] ?? Number.NaN));
      error = Number.isNaN(difference) ? Number.NaN : Math.max(error, difference);
    }
  }
  return verdict(error, ATTENTION_ABSOLUTE[dtype], rows.length);
}

const verdict = (error: number, bound: number, rows: number): CheckResult => ({
  passed: error <= bound,
  // JSON has no NaN; the largest number says as much.
  error: Number.isNaN(error) ? Number.MAX_VALUE : error,
  bound,
  rows,
});

/** Up to `count` different numbers below `length`, evenly spread, with both ends. */
function spread(length: number, count: number): number[] {
  const last = Math.min(count, length) - 1;
  if (last <= 0) return length > 0 ? [0] : [];
  return Array.from({ length: last + 1 }, (_, index) => Math.round((index * (length - 1)) / last));
}
