import { explainBackends } from '@sparsek/backend';
import type { AttentionTensor } from '@sparsek/types';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  and,
  attention,
  bigbird,
  causal,
  compileMask,
  type MaskExpression,
  or,
  type PackedTensor,
  planVarlenAttention,
  preset,
  presetTerm,
  sink,
  type VarlenAttentionOptions,
  varlenAttention,
  window,
} from '../src/index.js';

const [heads, kvHeads, headDim, valueDim] = [4, 2, 8, 12];

function packed(tokens: number, of: number, dim: number, salt: number): PackedTensor<'f32'> {
  const values = Float32Array.from({ length: tokens * of * dim }, (_, n) => Math.sin(n * 1.3 + salt));
  return { shape: [tokens, of, dim], dtype: 'f32', values };
}

/** Sums from 0 on. */
function offsets(lengths: readonly number[]): Int32Array {
  let sum = 0;
  return Int32Array.from([0, ...lengths.map((length) => (sum += length))]);
}

function batch(queryLengths: readonly number[], keyLengths: readonly number[] = queryLengths) {
  const [cuSeqlensQ, cuSeqlensK] = [offsets(queryLengths), offsets(keyLengths)];
  const [queries, keys] = [cuSeqlensQ.at(-1)!, cuSeqlensK.at(-1)!];
  return {
    cuSeqlensQ,
    cuSeqlensK,
    q: packed(queries, heads, headDim, 1),
    k: packed(keys, kvHeads, headDim, 2),
    v: packed(keys, kvHeads, valueDim, 3),
  };
}

type Extras = Pick<
  VarlenAttentionOptions,
  'scale' | 'softcap' | 'sinks' | 'alibiSlopes' | 'blockShape' | 'backend'
>;

/** Every sequence by itself, through `attention` of the reference backend; O and LSE as `varlenAttention` has them. */
async function oneByOne(
  { cuSeqlensQ, cuSeqlensK, q, k, v }: ReturnType<typeof batch>,
  maskOf: (sequence: number) => MaskExpression | MaskExpression[] | string,
  extras: Extras = {},
): Promise<{ o: Float32Array; lse: Float32Array }> {
  const queries = q.shape[0];
  const o = new Float32Array(queries * heads * valueDim);
  const lse = new Float32Array(heads * queries);
  for (let s = 0; s + 1 < cuSeqlensQ.length; s++) {
    const [a, b] = [cuSeqlensQ[s]!, cuSeqlensQ[s + 1]!];
    const [c, d] = [cuSeqlensK[s]!, cuSeqlensK[s + 1]!];
    const slice = ({ shape: [, of, dim], values }: PackedTensor<'f32'>, from: number, to: number) =>
      ({
        shape: [1, to - from, of, dim],
        dtype: 'f32',
        values: values.slice(from * of * dim, to * of * dim),
      }) satisfies AttentionTensor;
    const one = await attention({
      ...extras,
      q: slice(q, a, b),
      k: slice(k, c, d),
      v: slice(v, c, d),
      layout: 'bshd',
      mask: maskOf(s),
      lse: true,
      backend: 'reference',
    });
    o.set(one.o.values, a * heads * valueDim);
    for (let h = 0; h < heads; h++) {
      lse.set(one.lse!.subarray(h * (b - a), (h + 1) * (b - a)), h * queries + a);
    }
  }
  return { o, lse };
}

function expectClose(received: ArrayLike<number>, wanted: ArrayLike<number>, limit = 1e-6): void {
  expect(received.length).toBe(wanted.length);
  for (let n = 0; n < wanted.length; n++) {
    if (Number.isFinite(wanted[n])) expect(Math.abs(received[n]! - wanted[n]!)).toBeLessThan(limit);
    else expect(received[n]).toBe(wanted[n]);
  }
}

const backend = 'reference';
const UNEQUAL = [
  [3, 20, 1, 0, 6, 6],
  [9, 20, 14, 5, 6, 6],
] as const;

describe('varlenAttention', () => {
  it.each([
    ['everything', undefined],
    ['causal', 'causal'],
    ['a window', and(causal(), window(4))],
    ['sinks and a window', 'causal & (sink:2 | window:3)'],
    ['a prefix', 'prefix:5'],
    ['global tokens', 'global:2 | window:2,2'],
    ['stored blocks', and(causal(), bigbird({ block: 2, random: 1, window: 1, global: 2, seed: 4 }))],
  ] as const)('gives each sequence what it gets by itself: %s', async (_name, mask) => {
    for (const lengths of [[[7, 1, 16, 16, 2]], UNEQUAL] as const) {
      const given = batch(lengths[0], lengths[1]);
      const { o, lse } = await varlenAttention({ ...given, mask, lse: true, backend });
      const wanted = await oneByOne(given, () => mask ?? 'all');
      expect(o.shape).toEqual([given.q.shape[0], heads, valueDim]);
      expectClose(o.values as Float32Array, wanted.o);
      expectClose(lse!, wanted.lse);
    }
  });

  it('counts positions inside each sequence: ALiBi; and applies scale, soft cap and sinks', async () => {
    const extras = {
      alibiSlopes: Float32Array.of(0.5, 0.25, 0.1, 1),
      sinks: Float32Array.of(0.5, -1, 2, 0),
      scale: 0.7,
      softcap: 1.5,
    };
    for (const lengths of [[[5, 9, 9]], UNEQUAL] as const) {
      const given = batch(lengths[0], lengths[1]);
      const { o, lse } = await varlenAttention({ ...given, ...extras, mask: causal(), lse: true, backend });
      const wanted = await oneByOne(given, () => causal(), extras);
      expectClose(o.values as Float32Array, wanted.o);
      expectClose(lse!, wanted.lse);
    }
  });

  it('takes a mask a head, and a mask a head of each sequence', async () => {
    const byHead = [window(1), causal(), window(2), or(sink(1), window(2))];
    const given = batch([4, 6, 6], [5, 6, 6]);
    const { o } = await varlenAttention({ ...given, mask: byHead, backend });
    expectClose(o.values as Float32Array, (await oneByOne(given, () => byHead)).o);
    const bySequence = [0, 1, 2].map((s) => byHead.map((_, h) => byHead[(h + s) % 4]!));
    const own = await varlenAttention({ ...given, mask: bySequence.flat(), backend });
    expectClose(own.o.values as Float32Array, (await oneByOne(given, (s) => bySequence[s]!)).o);
    const distances = [window(1), causal(), window(2), window(3)];
    const even = batch([4, 6, 5]);
    const whole = await varlenAttention({ ...even, mask: distances, backend });
    expectClose(whole.o.values as Float32Array, (await oneByOne(even, () => distances)).o);
  });

  it('gives 0 and -Infinity to queries without keys, and nothing for sequences without queries', async () => {
    const given = batch([2, 0, 3], [0, 4, 3]);
    const { o, lse } = await varlenAttention({ ...given, mask: 'causal', lse: true, backend });
    expect(new Set(o.values.subarray(0, 2 * heads * valueDim))).toEqual(new Set([0]));
    expect([0, 1, 5, 6].map((n) => lse![n])).toEqual([-Infinity, -Infinity, -Infinity, -Infinity]);
    expectClose(o.values as Float32Array, (await oneByOne(given, () => 'causal')).o);
    for (const [queries, keys] of [
      [[], []],
      [
        [0, 0],
        [3, 0],
      ],
      [[0], [0]],
    ] as const) {
      const none = await varlenAttention({ ...batch(queries, keys), lse: true, backend });
      expect([none.o.shape, none.lse!.length]).toEqual([[0, heads, valueDim], 0]);
    }
  });

  it('writes to the tensor that it is given', async () => {
    const given = batch([3, 2], [4, 2]);
    const out = packed(5, heads, valueDim, 9);
    const { o } = await varlenAttention({ ...given, out, backend });
    expect(o.values).toBe(out.values);
    expectClose(out.values, (await oneByOne(given, () => 'all')).o);
  });
});

describe('planVarlenAttention', () => {
  it('is one product where distances decide, else one for neighbours of equal lengths', async () => {
    const products = async (queries: readonly number[], keys: readonly number[], mask: string) => {
      const [cuSeqlensQ, cuSeqlensK] = [offsets(queries), offsets(keys)];
      using plan = await planVarlenAttention({ cuSeqlensQ, cuSeqlensK, heads, headDim, mask, backend });
      return plan.products;
    };
    expect(await products([7, 1, 16], [7, 1, 16], 'causal & window:4')).toBe(1);
    expect(await products([7, 1, 16], [7, 1, 16], 'causal & sink:4')).toBe(3);
    expect(await products([4, 4, 4], [4, 4, 4], 'causal & sink:4')).toBe(1);
    expect(await products([1, 1, 1, 1], [9, 9, 5, 9], 'causal')).toBe(3);
    expect(await products([1, 0, 1], [9, 9, 9], 'causal')).toBe(2);
  });

  it('is reusable, and counts the visible pairs of all sequences', async () => {
    const given = batch([3, 2], [4, 2]);
    const { cuSeqlensQ, cuSeqlensK } = given;
    const extents = { heads, kvHeads, headDim, valueDim, cuSeqlensQ, cuSeqlensK };
    using plan = await planVarlenAttention({ ...extents, mask: 'causal', backend });
    expect(plan.backend).toBe('reference');
    expect(plan.usefulFlops).toBe((2 + 3 + 4 + 1 + 2) * heads * 2 * (headDim + valueDim));
    const first = await plan.run(given);
    const second = await plan.run(given);
    expect(second.output.o.values).toEqual(first.output.o.values);
    const shares: number[] = [];
    await plan.run(given, { onProgress: (share) => shares.push(share) });
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    plan[Symbol.dispose]();
    await expect(plan.run(given)).rejects.toMatchObject({ code: 'DISPOSED' });
  });
});

describe('errors of variable lengths', () => {
  const given = batch([3, 2], [4, 2]);
  const wrong: readonly [string, Record<string, unknown>, string | RegExp][] = [
    ['no offsets', { cuSeqlensQ: [] }, 'an array of one number more than there are sequences for cuSeqlensQ'],
    ['a late start', { cuSeqlensQ: [1, 3, 5] }, 'Expected 0 for cuSeqlensQ[0] but received 1'],
    [
      'offsets that decrease',
      { cuSeqlensK: [0, 4, 3] },
      'Expected at least 4, where the sequence before ends, for cuSeqlensK[2] but received 3',
    ],
    ['offsets between tokens', { cuSeqlensQ: [0, 1.5, 5] }, 'an integer from 0 to 2^30 for cuSeqlensQ[1]'],
    [
      'another number of sequences',
      { cuSeqlensK: [0, 6] },
      'Expected 3, as many as in cuSeqlensQ, for cuSeqlensK.length but received 2',
    ],
    [
      'another total',
      { cuSeqlensQ: [0, 3, 6] },
      'Expected [6, 4, 8], with the 6 tokens of cuSeqlensQ, for q.shape but received [5, 4, 8]',
    ],
    [
      'another total of keys',
      { cuSeqlensK: [0, 4, 7] },
      '[7, 2, 8], with the 7 tokens of cuSeqlensK, for k.shape',
    ],
    ['four axes', { q: { ...given.q, shape: [1, 5, 4, 8] } }, 'a tensor of shape [tokens, heads, dim] for q'],
    [
      'values',
      { v: { ...given.v, values: given.v.values.subarray(1) } },
      '144 values for shape [6, 2, 12] for v',
    ],
    ['dtypes', { k: { ...given.k, dtype: 'f16' } }, "Expected 'f32' as in q for k.dtype"],
    ['out', { out: packed(5, 4, 8, 0) }, '[5, 4, 12], with the 5 tokens of cuSeqlensQ, for out.shape'],
    ['a compiled mask', { mask: compileMask(causal(), { queryLength: 5 }) }, 'for sequences of any length'],
    ['a preset', { mask: preset('mistral-7b', { length: 5 }) }, 'for sequences of any length'],
    [
      'the number of masks',
      { mask: [causal(), causal()] },
      'Expected 4 expressions (heads) or 8 (sequences x heads) for mask but received',
    ],
    [
      'groups',
      { k: packed(6, 3, headDim, 1), v: packed(6, 3, valueDim, 1) },
      'a divisor of the 4 query heads',
    ],
  ];

  it.each(wrong)('refuses %s', async (_name, change, message) => {
    const options = { ...given, backend, ...change } as Parameters<typeof varlenAttention>[0];
    await expect(varlenAttention(options)).rejects.toThrow(message);
  });

  it('takes a model by its term', async () => {
    const { o } = await varlenAttention({ ...given, mask: presetTerm('mistral-7b'), backend });
    expectClose(o.values as Float32Array, (await oneByOne(given, () => 'causal & window:4096')).o);
  });
});

const cpu = (await explainBackends()).find((candidate) => candidate.name === 'cpu')?.availability;
if (!cpu?.available) console.log(`Skipping variable lengths on the CPU backend: ${cpu?.reason}`);

describe.skipIf(!cpu?.available)('variable lengths on the CPU backend', () => {
  const lengths = fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 40 })), {
    maxLength: 6,
  });
  const masks = ['all', 'causal', 'causal & window:9', 'causal & (sink:3 | window:5)', 'dilated:20,3'];

  it('are those of the sequences by themselves', async () => {
    await fc.assert(
      fc.asyncProperty(lengths, fc.constantFrom(...masks), fc.boolean(), async (pairs, mask, same) => {
        const keys = pairs.map(([, key]) => key);
        const given = batch(same ? keys : pairs.map(([query]) => query), keys);
        const { o, lse } = await varlenAttention({ ...given, mask, lse: true, backend: 'cpu' });
        const wanted = await oneByOne(given, () => mask);
        expectClose(o.values as Float32Array, wanted.o, 1e-5);
        expectClose(lse!, wanted.lse, 1e-5);
      }),
      { numRuns: 80, seed: 7 },
    );
  });
});
