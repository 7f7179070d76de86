import type { AttentionCase, ConvertCase, SpmmCase, Suite } from '../src/case/schema.js';

export const spmmCase: SpmmCase = {
  name: 'product',
  operation: 'spmm',
  dtype: 'f32',
  seed: 3,
  m: 72,
  k: 64,
  n: 24,
  pattern: { kind: 'uniform', blockShape: [16, 16], density: 0.5 },
};

export const attentionCase: AttentionCase = {
  name: 'attention',
  operation: 'attention',
  dtype: 'f32',
  seed: 3,
  batch: 1,
  heads: 2,
  kvHeads: 1,
  headDim: 16,
  queryLength: 96,
  keyLength: 96,
  mask: 'causal & window:32',
  blockShape: [16, 16],
};

export const convertCase: ConvertCase = {
  name: 'conversion',
  operation: 'convert',
  dtype: 'f32',
  seed: 3,
  m: 64,
  k: 64,
  pattern: { kind: 'uniform', blockShape: [16, 16], density: 0.5 },
};

export const suite = (...cases: Suite['cases']): Suite => ({
  name: 'tiny',
  description: 'tiny cases',
  cases,
});

/** As short as a run can be. */
export const QUICK = { minRounds: 3, maxRounds: 3, budgetMs: 1 } as const;
