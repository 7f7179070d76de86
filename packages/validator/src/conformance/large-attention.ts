import { attentionShape } from '@sparsek/bsr/problem';
import {
  type AttentionInputs,
  type AttentionProblem,
  type Backend,
  type BlockMask,
  type Dtype,
  OutOfMemoryError,
} from '@sparsek/types';
import { compare } from '../bounds/compare.js';
import { buildMask } from '../cases/build-attention.js';
import type { AttentionCase, ClauseSpec } from '../cases/case.js';
import { regular, sharedMask, stored } from '../cases/masks.js';
import { drawNumbers } from '../cases/values.js';
import { decode, encode } from '../numeric/values.js';
import { type AttentionRow, tokenStart } from '../reference/attention.js';
import type { CheckResult } from './check-case.js';
import { freeMemory } from './free-memory.js';
import { attentionExpectation } from './trials/attention.js';

/** Above the square root of 2^31, where 32-bit indices of pairs overflow. */
const LONG = 46_341 + 19_232;

const BLOCK = [128, 128] as const;

/** Cases whose pairs have no 32-bit index, for devices only: they take the reference too long. */
export function longAttentionCases(seed: number): AttentionCase[] {
  const lengths = [LONG, LONG] as const;
  const common = {
    operation: 'attention',
    batch: 1,
    heads: 2,
    kvHeads: 1,
    headDim: 64,
    layout: 'bshd',
    q: {},
    k: {},
    v: {},
    lse: true,
    sampledRows: 48,
  } as const;
  const window = regular({ diagonal: [-700, 0] }, { columns: [null, 5], diagonal: [null, 0] });
  const blocks = stored(lengths, BLOCK, (row, column) => column === (row * 7) % 512 || column === row, {
    fillOf: (p) => p % 2,
    clauses: [{ diagonal: [null, 0] }],
  });
  const documents = Array.from({ length: Math.ceil(LONG / 1000) }, (_, d) => Math.min(1000, LONG - 1000 * d));
  const ownDocument = regular({ document: 'same', diagonal: [null, 0] });
  return [
    {
      ...common,
      name: 'long: sinks and window',
      seed: seed + 9900,
      dtype: 'bf16',
      mask: sharedMask(lengths, BLOCK, window),
    },
    {
      ...common,
      name: 'long: stored blocks',
      seed: seed + 9901,
      dtype: 'f16',
      mask: sharedMask(lengths, BLOCK, blocks),
    },
    {
      ...common,
      name: 'long: own document, causal',
      seed: seed + 9902,
      dtype: 'f32',
      mask: sharedMask(lengths, BLOCK, ownDocument, documents),
    },
  ];
}

/** A check that is no case: its tensors have more than 2^31 elements, of which it fills and compares some. */
export interface HugeCheck {
  readonly name: string;
  readonly run: (backend: Backend) => Promise<CheckResult>;
}

const DIM = 128;
const DTYPE = 'f16';

/** Host memory that a check takes, in bytes: two tensors of 4.3 GB, and copies on their way. */
const NEEDED = 24 * 2 ** 30;

export const HUGE_CHECKS: readonly HugeCheck[] = [
  { name: 'attention: Q and O of more than 2^31 elements', run: (backend) => checked(backend, manyHeads) },
  { name: 'attention: K and V of more than 2^31 elements', run: (backend) => checked(backend, manyKeys) },
];

interface Huge {
  readonly problem: AttentionProblem;
  readonly inputs: AttentionInputs;
  readonly rows: readonly AttentionRow[];
}

async function checked(backend: Backend, make: () => Huge): Promise<CheckResult> {
  const free = freeMemory();
  if (free < NEEDED) {
    return {
      status: 'skipped',
      reason: `needs ${NEEDED / 2 ** 30} GiB of free memory, and there are ${Math.floor(free / 2 ** 30)}`,
    };
  }
  const huge = make();
  try {
    return await compareRows(backend, huge);
  } catch (error) {
    if (OutOfMemoryError.isInstance(error)) return { status: 'skipped', reason: error.message };
    return { status: 'failed', reason: `threw ${error instanceof Error ? error.message : String(error)}` };
  }
}

async function compareRows(backend: Backend, { problem, inputs, rows }: Huge): Promise<CheckResult> {
  using plan = await backend.planAttention(problem);
  const { output } = await plan.run(inputs);
  const expected = attentionExpectation(problem, inputs, false, rows);
  const numbers = new Float64Array(rows.length * DIM);
  for (const [r, { batch, head, query }] of rows.entries()) {
    const start = tokenStart(output.o, problem.layout, batch, head, query);
    numbers.set(decode(output.o.values.subarray(start, start + DIM), DTYPE), r * DIM);
  }
  const result = compare(numbers, expected.o, (e) => `O of head ${rows[Math.floor(e / DIM)]!.head}`);
  const measured = { error: result.error, bound: result.bound };
  return result.failure === undefined
    ? { status: 'passed', ...measured }
    : { status: 'failed', reason: result.failure, ...measured };
}

/** Few tokens, so many heads that Q and O pass 2^31 elements; they share one K and V. */
function manyHeads(): Huge {
  const [heads, length] = [2 ** 15 + 8, 512];
  const mask = maskOf([length, length], { diagonal: [null, 0] });
  const problem = problemOf({ heads, kvHeads: 1, layout: 'bhsd', mask });
  const q = new Uint16Array(heads * length * DIM);
  const rows = Array.from({ length: 64 }, (_, r) => ({
    batch: 0,
    head: Math.floor((r * (heads - 1)) / 63),
    query: (r * 211) % length,
  }));
  for (const [r, { head, query }] of rows.entries()) {
    q.set(encode(drawNumbers(DIM, {}, 700 + r, 0), DTYPE) as Uint16Array, (head * length + query) * DIM);
  }
  const drawn = (stream: number) => encode(drawNumbers(length * DIM, {}, 600, stream), DTYPE);
  return { problem, rows, inputs: tensors(problem, q, drawn(1), drawn(2)) };
}

/** A million keys of 16 heads, of which the last queries see the first and the last. */
function manyKeys(): Huge {
  const [heads, queryLength, keyLength, window, sinks] = [16, 192, 2 ** 20 + 64, 1024, 64];
  const mask = maskOf([queryLength, keyLength], { diagonal: [-window, 0] }, { columns: [null, sinks] });
  const problem = problemOf({ heads, kvHeads: heads, layout: 'bshd', mask });
  const token = heads * DIM;
  const sparse = (stream: number) => {
    const values = new Uint16Array(keyLength * token);
    const last = window + queryLength;
    values.set(encode(drawNumbers(sinks * token, {}, 800, stream), DTYPE) as Uint16Array);
    values.set(
      encode(drawNumbers(last * token, {}, 801, stream), DTYPE) as Uint16Array,
      (keyLength - last) * token,
    );
    return values;
  };
  const q = encode(drawNumbers(queryLength * token, {}, 800, 0), DTYPE);
  const rows = Array.from({ length: 16 }, (_, head) => ({ batch: 0, head, query: head * 12 + 5 }));
  return { problem, rows, inputs: tensors(problem, q, sparse(1), sparse(2)) };
}

function maskOf(lengths: readonly [queries: number, keys: number], ...clauses: ClauseSpec[]): BlockMask {
  return buildMask(sharedMask(lengths, BLOCK, regular(...clauses)));
}

function problemOf(given: Pick<AttentionProblem, 'heads' | 'kvHeads' | 'layout' | 'mask'>): AttentionProblem {
  return { batch: 1, headDim: DIM, dtype: DTYPE, ...given };
}

function tensors(
  problem: AttentionProblem,
  q: AttentionInputs['q']['values'],
  k: AttentionInputs['k']['values'],
  v: AttentionInputs['v']['values'],
): AttentionInputs {
  const { heads, kvHeads, mask } = problem;
  const tensor = (values: typeof q, of: number, length: number) => ({
    shape: attentionShape(problem, of, length, DIM),
    dtype: DTYPE as Dtype,
    values,
  });
  return {
    q: tensor(q, heads, mask.queryLength),
    k: tensor(k, kvHeads, mask.keyLength),
    v: tensor(v, kvHeads, mask.keyLength),
  } as const;
}
