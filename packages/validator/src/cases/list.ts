import { DTYPES, type Dtype, OPERATIONS, type OperationName } from '@sparsek/types';
import { attentionCases } from './attention.js';
import type { Case } from './case.js';
import { peerCases } from './peers.js';
import { randomCases } from './random.js';
import { sddmmCases } from './sddmm.js';
import { spgemmCases } from './spgemm.js';
import { spmmCases } from './spmm.js';
import { spmm24Cases } from './spmm24.js';
import { tileCases } from './tiles.js';

/** `quick` takes seconds on a native backend; `thorough` is for a device that is new or has new kernels. */
export type Level = 'quick' | 'thorough';

export interface CaseOptions {
  /** Default 0. */
  readonly seed?: number;
  /** Default `quick`. */
  readonly level?: Level;
  /** Default: all. */
  readonly operations?: readonly OperationName[];
}

/** How many random cases of each operation a level has. */
const RANDOM_CASES: Readonly<Record<Level, Readonly<Record<OperationName, number>>>> = {
  quick: { spmm: 30, sddmm: 12, spgemm: 12, spmm24: 12, attention: 40 },
  thorough: { spmm: 320, sddmm: 80, spgemm: 80, spmm24: 80, attention: 520 },
};

/** The hand-picked cases, in every dtype, and random ones. */
export function conformanceCases(options: CaseOptions = {}): Case[] {
  const { seed = 0, level = 'quick', operations = OPERATIONS } = options;
  return operations.flatMap((operation) => [
    ...DTYPES.flatMap((dtype) => HAND_PICKED[operation](seed, dtype)),
    ...randomCases(seed, RANDOM_CASES[level][operation], operation, level),
    ...(level === 'thorough' ? tileCases(seed, operation) : []),
    ...(level === 'thorough' && operation === 'attention' ? peerCases(seed) : []),
  ]);
}

const HAND_PICKED: Readonly<Record<OperationName, (seed: number, dtype: Dtype) => readonly Case[]>> = {
  spmm: spmmCases,
  sddmm: sddmmCases,
  spgemm: spgemmCases,
  spmm24: spmm24Cases,
  attention: attentionCases,
};
