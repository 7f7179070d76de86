import type { BlockShape, Dtype } from '@sparsek/types';
import type { AttentionDraft } from './attention.js';
import { regular, sharedMask, stored } from './masks.js';

const BLOCK: BlockShape = [16, 16];
/** Rows 0..47 and keys 0..47, one head of dimension 16, so that token t is elements 16 t .. 16 t + 15. */
const DIM = 16;
const LENGTHS = [48, 48] as const;
const ONE_HEAD = { heads: 1, kvHeads: 1, headDim: DIM } as const;

/** A finite number so large that masks made by adding it fail. */
const LARGEST: Readonly<Record<Dtype, number>> = { f32: 2 ** 120, f16: 60000, bf16: 2 ** 120 };

/** Cases whose values are out of the ordinary. */
export function attentionExtremes(dtype: Dtype): AttentionDraft[] {
  const causal = sharedMask(LENGTHS, BLOCK, regular({ diagonal: [null, 0] }));
  const lastHidden = sharedMask(LENGTHS, BLOCK, regular({ columns: [null, 40] }));
  const blocks = sharedMask(
    LENGTHS,
    BLOCK,
    stored(LENGTHS, BLOCK, (r, c) => r !== c),
  );
  const token = (t: number, value: 'nan' | 'inf' | '-inf' | number, count = 1) =>
    [t * DIM, (t + count) * DIM, value] as const;
  const base = { ...ONE_HEAD, mask: causal };
  const drafts: AttentionDraft[] = [
    { ...base, name: 'all scores equal', q: { deviation: 0 }, v: { mean: 2 } },
    { ...base, name: 'large scores', q: { deviation: 30 }, k: { deviation: 30 }, bounds: 'rounding' },
    { ...base, name: 'very large scores', q: { deviation: 100 }, k: { deviation: 100 }, bounds: 'rounding' },
    {
      ...base,
      name: 'scores far below zero',
      q: { mean: 20, deviation: 1 },
      k: { mean: -20, deviation: 1 },
      bounds: 'rounding',
    },
    {
      ...base,
      name: 'scores that grow along the keys',
      q: { deviation: 0, mean: 4 },
      k: { cancelling: true, mean: -3 },
      bounds: 'rounding',
    },
    { ...base, name: 'large values', v: { mean: LARGEST[dtype] / 2, deviation: 0 }, bounds: 'rounding' },
    { ...base, name: 'values of one sign', v: { mean: 5 } },
    { ...base, name: 'NaN in a query', q: { set: [token(10, 'nan')] } },
    { ...base, name: 'NaN in a key that later rows see', k: { set: [token(20, 'nan')] } },
    { ...base, name: 'NaN in a value that later rows see', v: { set: [token(20, 'nan')] } },
    {
      ...base,
      name: 'infinity in a value that later rows see',
      scale: 0.05,
      v: { set: [[20 * DIM + 3, 20 * DIM + 4, 'inf']] },
    },
    {
      ...base,
      name: 'hidden keys hold NaN, in the last block',
      mask: lastHidden,
      k: { set: [token(40, 'nan', 8)] },
    },
    {
      ...base,
      name: 'hidden keys hold infinity, in the last block',
      mask: lastHidden,
      k: { set: [token(40, 'inf', 8)] },
    },
    {
      ...base,
      name: 'hidden values hold NaN, in the last block',
      mask: lastHidden,
      v: { set: [token(40, 'nan', 8)] },
    },
    {
      ...base,
      name: 'hidden values hold infinity, in the last block',
      mask: lastHidden,
      v: { set: [token(40, '-inf', 8)] },
    },
    {
      ...base,
      name: 'hidden keys hold the largest number',
      mask: lastHidden,
      k: { set: [token(40, LARGEST[dtype], 8)] },
    },
    {
      ...base,
      name: 'hidden blocks hold NaN',
      mask: sharedMask(
        LENGTHS,
        BLOCK,
        stored(LENGTHS, BLOCK, (_, c) => c !== 1),
      ),
      k: { set: [token(16, 'nan', 16)] },
      v: { set: [token(16, 'nan', 16)] },
    },
    {
      ...base,
      name: 'a block hidden from some rows holds NaN',
      mask: blocks,
      v: { set: [token(0, 'nan', 16)] },
    },
  ];
  if (dtype !== 'bf16') {
    const tiny = dtype === 'f16' ? 1e-6 : 1e-41;
    drafts.push({ ...base, name: 'subnormal values', v: { deviation: tiny }, bounds: 'rounding' });
  }
  return drafts;
}
