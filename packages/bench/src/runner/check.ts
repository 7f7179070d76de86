import { maskStatistics, sliceRows } from '@sparsek/bsr';
import type { BlockMask, DenseMatrix, Values } from '@sparsek/types';
import { ATTENTION_ABSOLUTE, PRODUCT_FROBENIUS, referenceAttention, referenceSpmm } from '@sparsek/validator';
import type { AttentionData, CaseData, SpmmData } from '../case/data.js';
import type { AttentionCase, BenchCase } from '../case/schema.js';
import type { CheckResult } from '../report/schema.js';
import type { ResultRows } from './contestant.js';

/** Compares results of one case with float64, which is computed once for all contestants. */
export interface CaseCheck {
  /** Rows of the result to compare. */
  readonly rows: readonly number[];
  compare(result: ResultRows): CheckResult;
}

/** At how many places rows of a product are compared with float64. */
const SAMPLED_PLACES = 3;
/** Columns of a product that are compared: some at each end and some between. */
const SAMPLED_COLUMNS = 128;
const COLUMN_GROUPS = 4;
/** Multiplications of float64 numbers that a check may take: about a second. */
const CHECK_BUDGET = 5e7;
const SAMPLED_QUERIES = 24;
const FEWER_QUERIES = 8;
/** Steps of the reference that a check of attention may take: about a second. */
const QUERY_BUDGET = 1.2e8;
/** Steps that it takes to see whether a key is visible. */
const STEPS_A_KEY = 8;

/**
 * The float64 reference on rows spread over the result: the first, the last and some between. Undefined where there is
 * nothing to compare.
 */
export function makeCheck(benchCase: BenchCase, data: CaseData): CaseCheck | undefined {
  switch (data.operation) {
    case 'spmm':
      return checkSpmm(data);
    case 'attention':
      return checkAttention(benchCase as AttentionCase, data);
    case 'convert':
      return undefined;
  }
}

function checkSpmm({ a, b }: SpmmData): CaseCheck {
  const [m] = a.shape;
  const n = b.shape[1];
  const [height] = a.blockShape;
  const columns = sampledColumns(n);
  const dense = selectColumns(b, columns);
  const costOfRow = Math.max(1, (a.values.length / m) * columns.length);
  const rowsAtPlace = Math.max(1, Math.min(height, Math.floor(CHECK_BUDGET / SAMPLED_PLACES / costOfRow)));
  const places = spread(m - Math.min(m, rowsAtPlace) + 1, SAMPLED_PLACES).map((begin) => ({
    begin,
    end: Math.min(m, begin + rowsAtPlace),
  }));
  const expected = places.map(({ begin, end }) => {
    const slice = sliceRows(a, begin, end);
    const problem = { pattern: slice, dtype: a.dtype, denseExtent: columns.length };
    return referenceSpmm(problem, { values: slice.values, dense });
  });
  const rows = places.flatMap(({ begin, end }) => Array.from({ length: end - begin }, (_, r) => begin + r));
  return {
    rows,
    compare(result) {
      let squaredError = 0;
      let squaredNorm = 0;
      let row = 0;
      for (const reference of expected) {
        for (let r = 0; r < reference.length / columns.length; r++, row++) {
          for (const [c, column] of columns.entries()) {
            const wanted = reference[r * columns.length + c]!;
            // A missing element must fail the check, and NaN fails every comparison.
            squaredError += (wanted - (result.rows[row * n + column] ?? Number.NaN)) ** 2;
            squaredNorm += wanted ** 2;
          }
        }
      }
      const error = squaredNorm > 0 ? Math.sqrt(squaredError / squaredNorm) : Math.sqrt(squaredError);
      return verdict(error, PRODUCT_FROBENIUS[a.dtype], rows.length, result.finite);
    },
  };
}

function visibleShare(mask: BlockMask): number {
  const pairs = mask.queryLength * mask.keyLength * mask.headMap.length;
  return maskStatistics(mask).visiblePairs / Math.max(1, pairs);
}

function sampledColumns(n: number): number[] {
  if (n <= SAMPLED_COLUMNS) return Array.from({ length: n }, (_, column) => column);
  const width = SAMPLED_COLUMNS / COLUMN_GROUPS;
  return spread(n - width + 1, COLUMN_GROUPS).flatMap((begin) =>
    Array.from({ length: width }, (_, column) => begin + column),
  );
}

function selectColumns(
  { shape: [k, n], dtype, values }: DenseMatrix,
  columns: readonly number[],
): DenseMatrix {
  if (columns.length === n) return { shape: [k, n], dtype, values };
  const selected = new (values.constructor as { new (count: number): Values })(k * columns.length);
  let p = 0;
  for (let row = 0; row < k; row++) for (const column of columns) selected[p++] = values[row * n + column]!;
  return { shape: [k, columns.length], dtype, values: selected };
}

function checkAttention(
  { batch, heads, kvHeads, headDim, dtype }: AttentionCase,
  { mask, q, k, v, sinks }: AttentionData,
): CaseCheck {
  const { queryLength, keyLength } = mask;
  const stepsOfQuery = keyLength * (STEPS_A_KEY + 2 * headDim * visibleShare(mask));
  const wanted = SAMPLED_QUERIES * stepsOfQuery > QUERY_BUDGET ? FEWER_QUERIES : SAMPLED_QUERIES;
  const numbers = spread(batch * heads * queryLength, wanted);
  const rows = numbers.map((row) => ({
    batch: Math.floor(row / (heads * queryLength)),
    head: Math.floor(row / queryLength) % heads,
    query: row % queryLength,
  }));
  const problem = { batch, heads, kvHeads, headDim, dtype, layout: 'bhsd', mask } as const;
  const { o } = referenceAttention(problem, { q, k, v, ...(sinks && { sinks }) }, { rows });
  return {
    rows: numbers,
    compare(result) {
      let error = 0;
      for (const [index, reference] of o.entries()) {
        const difference = Math.abs(reference - (result.rows[index] ?? Number.NaN));
        error = Number.isNaN(difference) ? Number.NaN : Math.max(error, difference);
      }
      return verdict(error, ATTENTION_ABSOLUTE[dtype], rows.length, result.finite);
    },
  };
}

const verdict = (error: number, bound: number, rows: number, finite: boolean): CheckResult => ({
  passed: error <= bound && finite,
  // JSON has no NaN; the largest number says as much.
  error: Number.isNaN(error) || !finite ? Number.MAX_VALUE : error,
  bound,
  rows,
});

/** Up to `count` different numbers below `length`, evenly spread, with both ends. */
function spread(length: number, count: number): number[] {
  const last = Math.min(count, length) - 1;
  if (last <= 0) return length > 0 ? [0] : [];
  return Array.from({ length: last + 1 }, (_, index) => Math.round((index * (length - 1)) / last));
}
