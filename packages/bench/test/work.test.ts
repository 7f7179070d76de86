import { describe, expect, it } from 'vitest';
import { makeCaseData } from '../src/case/data.js';
import type { BenchCase } from '../src/case/schema.js';
import { workOf, workOfCase } from '../src/case/work.js';
import { attentionCase, convertCase, spmmCase } from './cases.js';

describe('work', () => {
  it.each<[string, BenchCase]>([
    ['a product', spmmCase],
    [
      'a product of uneven rows',
      { ...spmmCase, pattern: { ...spmmCase.pattern, kind: 'power-law', exponent: 1 } },
    ],
    ['attention', attentionCase],
    ['attention of a batch', { ...attentionCase, batch: 2 }],
    ['a conversion', convertCase],
  ])('of %s follows from the case without its data', (_, benchCase) => {
    expect(workOfCase(benchCase)).toEqual(workOf(makeCaseData(benchCase)));
  });

  it('of a product counts every stored element of A once, B and C', () => {
    // 72 rows in 5 block rows of 4 block columns at half density: 2 stored blocks a row.
    const stored = 72 * 2 * 16;
    const structure = 4 * (6 + 10);
    expect(workOfCase(spmmCase)).toEqual({
      density: 0.5,
      usefulFlops: 2 * stored * 24,
      denseFlops: 2 * 72 * 64 * 24,
      bytes: structure + 4 * (stored + 64 * 24 + 72 * 24),
    });
  });

  it('counts no padding: blocks beyond the edges give no rate beyond that of the dense problem', () => {
    const ragged: BenchCase = {
      ...spmmCase,
      k: 50,
      pattern: { kind: 'uniform', blockShape: [4096, 4096], density: 1 },
    };
    const { usefulFlops, denseFlops, bytes } = workOfCase(ragged);
    expect(usefulFlops).toBe(denseFlops);
    expect(bytes).toBe(4 * (2 + 1) + 4 * (72 * 50 + 50 * 24 + 72 * 24));
    const uneven = workOfCase({ ...ragged, pattern: { ...ragged.pattern, blockShape: [7, 13] } });
    expect(uneven.usefulFlops).toBe(denseFlops);
  });

  it('of attention counts Q, K, V and O once', () => {
    const { batch, heads, kvHeads, queryLength, keyLength, headDim } = attentionCase;
    const elements = batch * headDim * 2 * (heads * queryLength + kvHeads * keyLength);
    const { bytes } = workOfCase(attentionCase);
    const twice = workOfCase({ ...attentionCase, batch: 2 * batch }).bytes;
    expect(twice - bytes).toBe(4 * elements);
  });
});
