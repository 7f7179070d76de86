import { convertValues, maskStatistics, sliceRows } from '@sparsek/bsr';
import type { BlockMask, DenseMatrix, Values } from '@sparsek/types';
import {
  ATTENTION_ABSOLUTE,
  largestError,
  PRODUCT_FROBENIUS,
  referenceAttention,
  referenceSpmm,
  spreadOver,
} from '@sparsek/validator';
import type { AttentionData, CaseData, ConvertData, SpmmData } from '../case/data.js';
import type { AttentionCase, BenchCase } from '../case/schema.js';
import type { CheckResult } from '../report/schema.js';
import type { ResultRows } from './contestant.js';
import { productError } from './product-error.js';

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

/** The reference on rows spread over the result: the first, the last and some between. */
export function makeCheck(benchCase: BenchCase, data: CaseData): CaseCheck {
  switch (data.operation) {
    case 'spmm':
      return checkSpmm(data);
    case 'attention':
      return checkAttention(benchCase as AttentionCase, data);
    case 'convert':
      return checkConvert(data);
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
  const places = spreadOver(m - Math.min(m, rowsAtPlace) + 1, SAMPLED_PLACES).map((begin) => ({
    begin,
    end: Math.min(m, begin + rowsAtPlace),
  }));
  const rows = places.flatMap(({ begin, end }) => Array.from({ length: end - begin }, (_, r) => begin + r));
  const reference = new Float64Array(rows.length * columns.length);
  let filled = 0;
  for (const { begin, end } of places) {
    const slice = sliceRows(a, begin, end);
    const problem = { pattern: slice, dtype: a.dtype, denseExtent: columns.length };
    reference.set(referenceSpmm(problem, { values: slice.values, dense }), filled);
    filled += (end - begin) * columns.length;
  }
  return {
    rows,
    compare(result) {
      const sampled = new Float32Array(reference.length);
      for (let row = 0, e = 0; row < rows.length; row++) {
        // A missing element must fail the check.
        for (const column of columns) sampled[e++] = result.rows[row * n + column] ?? Number.NaN;
      }
      return verdict(
        productError(reference, sampled),
        PRODUCT_FROBENIUS[a.dtype],
        rows.length,
        result.finite,
      );
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
  return spreadOver(n - width + 1, COLUMN_GROUPS).flatMap((begin) =>
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
  const numbers = spreadOver(batch * heads * queryLength, wanted);
  const rows = numbers.map((row) => ({
    batch: Math.floor(row / (heads * queryLength)),
    head: Math.floor(row / queryLength) % heads,
    query: row % queryLength,
  }));
  const problem = { batch, heads, kvHeads, headDim, dtype, layout: 'bhsd', mask } as const;
  const { o } = referenceAttention(problem, { q, k, v, ...(sinks && { sinks }) }, { rows });
  return {
    rows: numbers,
    compare({ rows: found, finite }) {
      return verdict(largestError(o, found), ATTENTION_ABSOLUTE[dtype], rows.length, finite);
    },
  };
}

/** There and back changes no element: rows by the definition of the format, without the code that converts. */
function checkConvert({ a }: ConvertData): CaseCheck {
  const [m, k] = a.shape;
  const [height, width] = a.blockShape;
  const values = convertValues(a.values, a.dtype, 'f32');
  const rows = spreadOver(m, SAMPLED_QUERIES);
  const expected = new Float32Array(rows.length * k);
  for (const [index, row] of rows.entries()) {
    const blockRow = Math.floor(row / height);
    for (let block = a.indptr[blockRow]!; block < a.indptr[blockRow + 1]!; block++) {
      const column = a.indices[block]! * width;
      const from = (block * height + (row % height)) * width;
      const present = Math.min(width, k - column);
      expected.set(values.subarray(from, from + present), index * k + column);
    }
  }
  return {
    rows,
    compare: ({ rows: found, finite }) => verdict(largestError(expected, found), 0, rows.length, finite),
  };
}

const verdict = (error: number, bound: number, rows: number, finite: boolean): CheckResult => ({
  passed: error <= bound && finite,
  // JSON has no NaN; the largest number says as much.
  error: Number.isNaN(error) || !finite ? Number.MAX_VALUE : error,
  bound,
  rows,
});
