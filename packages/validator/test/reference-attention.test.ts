import type {
  AttentionInputs,
  AttentionProblem,
  AttentionTensor,
  BlockMask,
  MaskClause,
} from '@sparsek/types';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AttentionReference,
  allRows,
  attentionExpectation,
  compare,
  drawNumbers,
  encode,
  naiveAttention,
  referenceAttention,
} from '../src/index.js';

const OPEN = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
const ALL: MaskClause = { diagonal: OPEN, rows: OPEN, columns: OPEN, document: 'any' };

function maskOf(queryLength: number, keyLength: number, ...clauses: MaskClause[]): BlockMask {
  return {
    queryLength,
    keyLength,
    blockShape: [4, 4],
    patterns: [{ kind: 'regular', clauses }],
    batches: 1,
    heads: 1,
    headMap: Int32Array.of(0),
  };
}

function problemOf(mask: BlockMask, change: Partial<AttentionProblem> = {}): AttentionProblem {
  return { batch: 1, heads: 1, kvHeads: 1, headDim: 2, dtype: 'f32', layout: 'bhsd', mask, ...change };
}

function tensor(shape: AttentionTensor['shape'], values: ArrayLike<number>): AttentionTensor {
  return { shape, dtype: 'f32', values: Float32Array.from(values) };
}

function draw(shape: AttentionTensor['shape'], seed: number, stream: number): AttentionTensor {
  return tensor(
    shape,
    drawNumbers(
      shape.reduce((a, b) => a * b, 1),
      {},
      seed,
      stream,
    ),
  );
}

function drawInputs(problem: AttentionProblem, seed: number): AttentionInputs {
  const { batch, heads, kvHeads, headDim, mask } = problem;
  return {
    q: draw([batch, heads, mask.queryLength, headDim], seed, 0),
    k: draw([batch, kvHeads, mask.keyLength, headDim], seed, 1),
    v: draw([batch, kvHeads, mask.keyLength, headDim], seed, 2),
  };
}

function expectClose(actual: Float64Array, expected: ArrayLike<number>, tolerance = 1e-12): void {
  expect(actual).toHaveLength(expected.length);
  for (let i = 0; i < expected.length; i++) {
    expect(Math.abs(actual[i]! - expected[i]!), `element ${i}`).toBeLessThan(tolerance);
  }
}

describe('attention by hand', () => {
  const q = tensor([1, 1, 1, 2], [1, 0]);
  const k = tensor([1, 1, 2, 2], [Math.log(3), 7, 0, 9]);
  const v = tensor([1, 1, 2, 2], [4, 8, 0, 16]);
  const problem = problemOf(maskOf(1, 2, ALL), { scale: 1 });
  // float32(log 3) is not log 3.
  const logThree = Math.fround(Math.log(3));

  test('weights 3/4 and 1/4', () => {
    const { o, lse } = referenceAttention(problem, { q, k, v });
    expectClose(o, [3, 10], 1e-6);
    expectClose(lse, [Math.log(4)], 1e-6);
    const naive = naiveAttention(problem, { q, k, v });
    expectClose(naive.o, [3, 10], 1e-5);
  });

  test('a sink of log 4 halves the weights', () => {
    const { o, lse } = referenceAttention(problem, { q, k, v, sinks: Float32Array.of(Math.log(4)) });
    expectClose(o, [1.5, 5], 1e-6);
    expectClose(lse, [Math.log(8)], 1e-6);
  });

  test('a slope takes the distance off: query 0 stands at key 1', () => {
    const { lse } = referenceAttention(problem, { q, k, v, alibiSlopes: Float32Array.of(0.5) });
    expectClose(lse, [Math.log(Math.exp(logThree - 0.5) + 1)]);
  });

  test('the cap comes after the scale and before the slope', () => {
    const capped = problemOf(maskOf(1, 2, ALL), { scale: 2, softcap: 0.5 });
    const { lse } = referenceAttention(capped, { q, k, v, alibiSlopes: Float32Array.of(0.25) });
    const first = 0.5 * Math.tanh((2 * logThree) / 0.5) - 0.25;
    expectClose(lse, [Math.log(Math.exp(first) + 1)]);
  });

  test('the scale is 1 / sqrt(headDim) by default', () => {
    const { lse } = referenceAttention(problemOf(maskOf(1, 2, ALL)), { q, k, v });
    expectClose(lse, [Math.log(Math.exp(logThree / Math.SQRT2) + 1)]);
  });

  test('a row that sees nothing gives 0 and -Infinity, with or without a sink', () => {
    for (const sinks of [undefined, Float32Array.of(1)]) {
      const { o, lse } = referenceAttention(problemOf(maskOf(1, 2)), { q, k, v, ...(sinks && { sinks }) });
      expect(o).toEqual(Float64Array.of(0, 0));
      expect(lse).toEqual(Float64Array.of(Number.NEGATIVE_INFINITY));
    }
  });

  test('hidden keys and values may hold anything', () => {
    const first = problemOf(maskOf(1, 2, { ...ALL, columns: [0, 1] }));
    const { o } = referenceAttention(first, {
      q,
      k: tensor([1, 1, 2, 2], [1, 2, Number.NaN, Number.NaN]),
      v: tensor([1, 1, 2, 2], [4, 8, Number.NaN, Number.POSITIVE_INFINITY]),
    });
    expect(o).toEqual(Float64Array.of(4, 8));
  });

  test('query heads share KV heads in neighbouring groups, in both layouts', () => {
    const heads = { heads: 4, kvHeads: 2, headDim: 1 };
    const mask = maskOf(1, 1, ALL);
    const result = referenceAttention(problemOf(mask, heads), {
      q: tensor([1, 4, 1, 1], [0, 0, 0, 0]),
      k: tensor([1, 2, 1, 1], [0, 0]),
      v: tensor([1, 2, 1, 1], [5, 6]),
    });
    expect([...result.o]).toEqual([5, 5, 6, 6]);
    const two = referenceAttention(
      problemOf(maskOf(1, 2, { ...ALL, columns: [1, 2] }), { ...heads, layout: 'bshd' }),
      {
        q: tensor([1, 1, 4, 1], [0, 0, 0, 0]),
        k: tensor([1, 2, 2, 1], [0, 0, 0, 0]),
        v: tensor([1, 2, 2, 1], [1, 2, 3, 4]),
      },
    );
    expect([...two.o]).toEqual([3, 3, 4, 4]);
  });
});

describe('attention obeys its identities:', () => {
  const seeds = fc.integer({ min: 0, max: 2 ** 31 });

  test('a full mask is the softmax of a dense matrix', () => {
    fc.assert(
      fc.property(
        seeds,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        (seed, queries, keys) => {
          const problem = problemOf(maskOf(queries, keys, ALL), { headDim: 3 });
          const inputs = drawInputs(problem, seed);
          const { q, k, v } = inputs;
          const { o } = referenceAttention(problem, inputs);
          for (let i = 0; i < queries; i++) {
            const weights = Array.from({ length: keys }, (_, j) => {
              const products = [0, 1, 2].map((d) => q.values[3 * i + d]! * k.values[3 * j + d]!);
              return Math.exp((products[0]! + products[1]! + products[2]!) / Math.sqrt(3));
            });
            const total = weights.reduce((a, b) => a + b);
            for (let d = 0; d < 3; d++) {
              const sum = weights.reduce((a, w, j) => a + w * v.values[3 * j + d]!, 0);
              expect(o[3 * i + d]).toBeCloseTo(sum / total, 10);
            }
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test('parts of the keys merge by their log-sum-exps', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 0, max: 8 }), (seed, split) => {
        const whole = problemOf(maskOf(5, 8, { ...ALL, diagonal: [-6, 1] }));
        const inputs = drawInputs(whole, seed);
        const part = (begin: number, end: number) =>
          referenceAttention(
            problemOf(maskOf(5, 8, { ...ALL, diagonal: [-6, 1], columns: [begin, end] })),
            inputs,
          );
        const merged = merge(part(0, split), part(split, 8));
        const expected = referenceAttention(whole, inputs);
        expectClose(merged.o, expected.o);
        expectClose(merged.lse, expected.lse);
      }),
      { numRuns: 40 },
    );
  });

  test('the order of keys does not matter when all are visible', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const problem = problemOf(maskOf(3, 6, ALL));
        const inputs = drawInputs(problem, seed);
        const order = [3, 1, 5, 0, 2, 4];
        const permute = (t: AttentionTensor) =>
          tensor(
            t.shape,
            order.flatMap((key) => [...t.values.subarray(2 * key, 2 * key + 2)]),
          );
        const permuted = { ...inputs, k: permute(inputs.k), v: permute(inputs.v) };
        expectClose(referenceAttention(problem, permuted).o, referenceAttention(problem, inputs).o);
      }),
      { numRuns: 30 },
    );
  });

  test('permuting queries permutes the results', () => {
    const problem = problemOf(maskOf(4, 6, ALL));
    const inputs = drawInputs(problem, 5);
    const reversed = tensor(
      inputs.q.shape,
      [3, 2, 1, 0].flatMap((query) => [...inputs.q.values.subarray(2 * query, 2 * query + 2)]),
    );
    const { lse } = referenceAttention(problem, inputs);
    expectClose(referenceAttention(problem, { ...inputs, q: reversed }).lse, [...lse].reverse());
  });

  test('a sink is one more key whose value is zero', () => {
    const problem = problemOf(maskOf(2, 3, ALL), { scale: 1 });
    const inputs = drawInputs(problem, 9);
    const q = tensor(inputs.q.shape, [1, 0.5, 1, -0.5]);
    const withSink = referenceAttention(problem, { ...inputs, q, sinks: Float32Array.of(0.75) });
    const k = tensor([1, 1, 4, 2], [...inputs.k.values, 0.75, 0]);
    const v = tensor([1, 1, 4, 2], [...inputs.v.values, 0, 0]);
    const withKey = referenceAttention(problemOf(maskOf(2, 4, ALL), { scale: 1 }), { q, k, v });
    expectClose(withSink.o, withKey.o);
    expectClose(withSink.lse, withKey.lse);
  });

  test('sampled rows are the rows of the whole', () => {
    const problem = problemOf(maskOf(6, 6, { ...ALL, diagonal: [-2, 0] }), {
      heads: 2,
      kvHeads: 1,
      batch: 2,
    });
    const inputs = drawInputs(problem, 3);
    const all = referenceAttention(problem, inputs);
    const rows = allRows(problem).filter((_, r) => r % 5 === 2);
    const sampled = referenceAttention(problem, inputs, { rows });
    const wanted = all.rows.flatMap((_, r) => (r % 5 === 2 ? [r] : []));
    expect([...sampled.lse]).toEqual(wanted.map((r) => all.lse[r]));
    expect([...sampled.o]).toEqual(wanted.flatMap((r) => [...all.o.subarray(2 * r, 2 * r + 2)]));
  });

  test('a row of a million keys can be checked by itself', () => {
    const length = 2 ** 20;
    const mask = maskOf(length, length, { ...ALL, diagonal: [-7, 0] });
    const problem = problemOf(mask, { headDim: 8, dtype: 'bf16', scale: 0.125 });
    const [one, two] = encode(Float64Array.of(1, 2), 'bf16');
    const values = new Uint16Array(8 * length).fill(one!);
    const ones = { shape: [1, 1, length, 8], dtype: 'bf16', values } as const;
    const v = { ...ones, values: values.map((x, i) => (i >= 8 * (length - 2) ? two! : x)) };
    const rows = [
      { batch: 0, head: 0, query: length - 1 },
      { batch: 0, head: 0, query: 3 },
    ];
    const inputs = { q: ones, k: ones, v };
    const { o, lse } = referenceAttention(problem, inputs, { rows });
    expectClose(o, [...new Array(8).fill(10 / 8), ...new Array(8).fill(1)]);
    expectClose(lse, [1 + Math.log(8), 1 + Math.log(4)]);
    const expected = attentionExpectation(problem, inputs, false, rows);
    expect(compare(o, expected.o, String).ok).toBe(true);
    expect(
      compare(
        o.map((x) => 1.05 * x),
        expected.o,
        String,
      ).ok,
    ).toBe(false);
    expect(expected.o.tolerance.every((x) => x > 0 && x < 0.05)).toBe(true);
  });
});

function merge(a: AttentionReference, b: AttentionReference): { o: Float64Array; lse: Float64Array } {
  const lse = a.lse.map((x, r) => Math.max(x, b.lse[r]!) + Math.log1p(Math.exp(-Math.abs(x - b.lse[r]!))));
  const dim = a.o.length / a.lse.length;
  const o = a.o.map((x, i) => {
    const r = Math.floor(i / dim);
    return x * Math.exp(a.lse[r]! - lse[r]!) + b.o[i]! * Math.exp(b.lse[r]! - lse[r]!);
  });
  return { o, lse };
}
