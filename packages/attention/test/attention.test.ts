import type { AttentionTensor } from '@sparsek/types';
import { referenceBackend } from '@sparsek/validator';
import { describe, expect, it } from 'vitest';
import {
  all,
  and,
  attention,
  causal,
  compileMask,
  type MaskExpression,
  planAttention,
  preset,
  usefulFlops,
  visible,
  window,
} from '../src/index.js';

const backend = 'reference';
const [batch, heads, kvHeads, queryLength, keyLength, headDim] = [2, 4, 2, 5, 7, 8];

function tensor(shape: AttentionTensor['shape'], salt: number): AttentionTensor<'f32'> {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return {
    shape,
    dtype: 'f32',
    values: Float32Array.from({ length: size }, (_, n) => Math.sin(n * 1.7 + salt)),
  };
}

const q = tensor([batch, heads, queryLength, headDim], 1);
const k = tensor([batch, kvHeads, keyLength, headDim], 2);
const v = tensor([batch, kvHeads, keyLength, headDim], 3);

interface Extras {
  readonly scale?: number;
  readonly softcap?: number;
  readonly sinks?: Float32Array;
}

/** Attention written out in float64, one query row at a time; returns O and the LSE. */
function naive(mask: (head: number) => MaskExpression, extras: Extras = {}): { o: number[]; lse: number[] } {
  const { scale = 1 / Math.sqrt(headDim), softcap, sinks } = extras;
  const o: number[] = [];
  const lse: number[] = [];
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      const kv = b * kvHeads + Math.floor((h * kvHeads) / heads);
      for (let i = 0; i < queryLength; i++) {
        const scores: [key: number, score: number][] = [];
        for (let j = 0; j < keyLength; j++) {
          if (!visible(mask(h), i + keyLength - queryLength, j, { keyLength, head: h })) continue;
          let score = 0;
          for (let d = 0; d < headDim; d++) {
            score +=
              q.values[((b * heads + h) * queryLength + i) * headDim + d]! *
              k.values[(kv * keyLength + j) * headDim + d]!;
          }
          score *= scale;
          scores.push([j, softcap ? softcap * Math.tanh(score / softcap) : score]);
        }
        let total = sinks ? Math.exp(sinks[h]!) : 0;
        for (const [, score] of scores) total += Math.exp(score);
        lse.push(Math.log(total));
        for (let d = 0; d < headDim; d++) {
          let sum = 0;
          for (const [j, score] of scores)
            sum += Math.exp(score) * v.values[(kv * keyLength + j) * headDim + d]!;
          o.push(total === 0 ? 0 : sum / total);
        }
      }
    }
  }
  return { o, lse };
}

function expectClose(received: ArrayLike<number>, wanted: readonly number[]): void {
  expect(received.length).toBe(wanted.length);
  wanted.forEach((x, n) => {
    if (Number.isFinite(x)) expect(Math.abs(received[n]! - x)).toBeLessThan(1e-5);
    else expect(received[n]).toBe(x);
  });
}

/** Moves the sequence axis before the heads' or back. */
function swapAxes({ shape: [b, x, y, d], values }: AttentionTensor<'f32'>): AttentionTensor<'f32'> {
  const swapped = new Float32Array(values.length);
  for (let n = 0; n < values.length; n++) {
    const [e, row] = [n % d, Math.floor(n / d)];
    const [j, i, outer] = [row % y, Math.floor(row / y) % x, Math.floor(row / y / x)];
    swapped[((outer * y + j) * x + i) * d + e] = values[n]!;
  }
  return { shape: [b, y, x, d], dtype: 'f32', values: swapped };
}

describe('attention', () => {
  it('sees everything without a mask', async () => {
    const { o, lse, planMs, computeMs } = await attention({ q, k, v, backend });
    expect(o.shape).toEqual(q.shape);
    expectClose(o.values as Float32Array, naive(() => all()).o);
    expect(lse).toBeUndefined();
    expect(planMs).toBeGreaterThanOrEqual(0);
    expect(computeMs).toBeGreaterThanOrEqual(0);
  });

  it('takes a mask as an expression, a text, a list by heads and compiled', async () => {
    const expression = and(causal(), window(3));
    const wanted = naive(() => expression);
    const compiled = compileMask(expression, { queryLength, keyLength, blockShape: [16, 16] });
    for (const mask of [
      expression,
      'causal & window:3',
      [expression, expression, expression, expression],
      compiled,
    ]) {
      const { o, lse } = await attention({ q, k, v, mask, backend, lse: true });
      expectClose(o.values as Float32Array, wanted.o);
      expectClose(lse!, wanted.lse);
    }
  });

  it('gives each head its own mask', async () => {
    const list = [window(1), causal(), window(2), window(1, 1)];
    const { o } = await attention({ q, k, v, mask: list, backend });
    expectClose(o.values as Float32Array, naive((head) => list[head]!).o);
  });

  it('gives 0 and -Infinity where nothing is visible', async () => {
    const { o, lse } = await attention({ q, k, v, mask: 'sink:0', backend, lse: true });
    expect(new Set(o.values)).toEqual(new Set([0]));
    expect(new Set(lse)).toEqual(new Set([-Infinity]));
  });

  it('applies scale, soft cap and sinks', async () => {
    const sinks = Float32Array.from([0.5, -1, 2, 0]);
    const extras = { scale: 0.7, softcap: 1.5, sinks };
    const { o, lse } = await attention({ q, k, v, mask: causal(), backend, lse: true, ...extras });
    const wanted = naive(() => causal(), extras);
    expectClose(o.values as Float32Array, wanted.o);
    expectClose(lse!, wanted.lse);
  });

  it('takes both layouts', async () => {
    const flat = await attention({ q, k, v, mask: causal(), backend });
    const swapped = await attention({
      q: swapAxes(q),
      k: swapAxes(k),
      v: swapAxes(v),
      layout: 'bshd',
      mask: causal(),
      backend,
    });
    expect(swapped.o.shape).toEqual([batch, queryLength, heads, headDim]);
    expectClose(swapAxes(swapped.o as AttentionTensor<'f32'>).values, [...(flat.o.values as Float32Array)]);
  });

  it('reads documents through the loader', async () => {
    const ids = [0, 0, 0, 1, 1, 1, 1];
    const load = {
      document: async (path: string) => (path === 'ids.npy' ? ids : []),
      blocks: () => {
        throw new Error('no blocks here');
      },
    };
    const { o } = await attention({ q, k, v, mask: 'document:ids.npy & causal', load, backend });
    const document: MaskExpression = { kind: 'documents', ids: Int32Array.from(ids) };
    expectClose(o.values as Float32Array, naive(() => and(document, causal())).o);
  });
});

describe('planAttention', () => {
  it('is reusable and counts useful work', async () => {
    using plan = await planAttention({
      batch,
      heads,
      kvHeads,
      queryLength,
      keyLength,
      headDim,
      mask: causal(),
      backend,
    });
    // Rows of 3, 4, 5, 6 and 7 visible keys.
    expect(plan.usefulFlops).toBe(25 * batch * heads * 4 * headDim);
    expect(plan.usefulFlops).toBe(usefulFlops(plan.problem));
    const first = await plan.run({ q, k, v });
    const second = await plan.run({ q, k, v, lse: true });
    expect(second.output.o.values).toEqual(first.output.o.values);
    expect(second.output.lse).toHaveLength(batch * heads * queryLength);
    await expect(plan.run({ q: k, k, v })).rejects.toThrow('Expected [2, 4, 5, 8] as planned for q.shape');
  });

  it('counts per-head masks once each', async () => {
    using plan = await planAttention({
      batch: 3,
      heads: 2,
      queryLength: 4,
      headDim: 8,
      mask: [window(1), causal()],
      backend,
    });
    expect(plan.usefulFlops).toBe(3 * (4 + 10) * 4 * 8);
  });
});

describe('backend', () => {
  it('may be one of the caller', async () => {
    const own = referenceBackend();
    const { o } = await attention({ q, k, v, mask: causal(), backend: own });
    expectClose(o.values as Float32Array, naive(() => causal()).o);
    using plan = await planAttention({
      batch,
      heads,
      kvHeads,
      queryLength,
      keyLength,
      headDim,
      backend: own,
    });
    own[Symbol.dispose]();
    await expect(plan.run({ q, k, v })).rejects.toMatchObject({ code: 'DISPOSED' });
  });

  it('is told apart by what it can do', async () => {
    const own = { ...referenceBackend(), supports: () => false };
    await expect(attention({ q, k, v, backend: own })).rejects.toMatchObject({
      code: 'UNSUPPORTED_OPERATION',
      message: expect.stringContaining('has no attention of f32'),
    });
  });
});

describe('presets as masks', () => {
  const length = 6;
  const small = { ...preset('gpt-oss', { length }), heads, kvHeads, headDim };

  function tensors() {
    return {
      q: tensor([1, heads, length, headDim], 1),
      k: tensor([1, kvHeads, length, headDim], 2),
      v: tensor([1, kvHeads, length, headDim], 3),
    };
  }

  it('bring their scale, soft cap and sinks along', async () => {
    const sinks = Float32Array.from([1, 2, 3, 4]);
    const mask = { ...small, sinks, scale: 0.3, softcap: 2 };
    const { o } = await attention({ ...tensors(), mask, backend });
    const plain = await attention({ ...tensors(), mask: small.mask, sinks, scale: 0.3, softcap: 2, backend });
    expect(o.values).toEqual(plain.o.values);
    const bare = await attention({ ...tensors(), mask: small.mask, backend });
    expect(o.values).not.toEqual(bare.o.values);
  });

  it('refuse to run without the learned sinks', async () => {
    await expect(attention({ ...tensors(), mask: small, backend })).rejects.toThrow(
      'Expected the 4 learned sink logits of gpt-oss-120b for sinks but received undefined',
    );
  });

  it('refuse another shape than the model has', async () => {
    const mask = preset('mistral-7b', { length });
    await expect(attention({ ...tensors(), mask, backend })).rejects.toThrow(
      'Expected 32, as preset mistral-7b has, for heads but received 4',
    );
  });
});

describe('errors of attention', () => {
  const wrong: readonly [string, Record<string, unknown>, string | RegExp][] = [
    [
      'head dimensions',
      { k: tensor([2, 2, 7, 4], 1) },
      'Expected head dimension 8 (axis 3) to fit q of shape [2, 4, 5, 8] for k.shape but received [2, 2, 7, 4]',
    ],
    ['batches', { k: tensor([1, 2, 7, 8], 1) }, /batch 2 \(axis 0\) to fit q/],
    ['key lengths', { v: tensor([2, 2, 6, 8], 1) }, /length 7 \(axis 2\) to fit k of shape \[2, 2, 7, 8\]/],
    ['heads of K and V', { v: tensor([2, 4, 7, 8], 1) }, /heads 2 \(axis 1\) to fit k/],
    [
      'head groups',
      { k: tensor([2, 3, 7, 8], 1), v: tensor([2, 3, 7, 8], 1) },
      /a divisor of the 4 query heads/,
    ],
    [
      'dtypes',
      { k: { shape: k.shape, dtype: 'f16', values: new Uint16Array(224) } },
      "Expected 'f32' as in q for k.dtype",
    ],
    [
      'values',
      { q: { ...q, values: q.values.subarray(1) } },
      /320 values for shape \[2, 4, 5, 8\] for q.values/,
    ],
    ['no tensor', { q: undefined }, /a tensor with a shape of 4 extents for q/],
    ['three axes', { q: { ...q, shape: [8, 5, 8] } }, /a tensor with a shape of 4 extents for q/],
    ['layouts', { layout: 'sbhd' }, "Expected 'bhsd' or 'bshd' for layout"],
    ['scale', { scale: NaN }, /a finite number for scale/],
    ['softcap', { softcap: 0 }, /a positive number for softcap/],
    ['sinks', { sinks: new Float32Array(3) }, /one value for each of the 4 query heads for sinks/],
    ['slopes', { alibiSlopes: new Float64Array(4) }, /a Float32Array with one value for each/],
    ['out', { out: tensor([2, 4, 5, 7], 0) }, /\[2, 4, 5, 8\] as planned for out.shape/],
    ['mask text', { mask: 'causal &' }, /at position 8 of the mask but found the end/],
    [
      'number of masks',
      { mask: [causal(), causal(), causal()] },
      /1 x 4 expressions \(batches x heads\) for mask/,
    ],
    [
      'mask lengths',
      { mask: compileMask(causal(), { queryLength: 7 }) },
      'Expected a mask of 5 queries and 7 keys but received one of 7 and 7',
    ],
    [
      'mask heads',
      { mask: compileMask([causal(), window(2)], { queryLength, keyLength }) },
      /1 or 4 heads but received one for 1 and 2/,
    ],
    ['mask kind', { mask: 3 }, /a block mask, mask expression, text or preset for mask/],
  ];

  it.each(wrong)('refuses wrong %s', async (_name, change, message) => {
    const options = { q, k, v, backend, ...change } as Parameters<typeof attention>[0];
    await expect(attention(options)).rejects.toThrow(message);
  });

  it('passes an abort on', async () => {
    const signal = AbortSignal.abort(new Error('stop'));
    await expect(attention({ q, k, v, backend, signal })).rejects.toThrow('stop');
  });
});
