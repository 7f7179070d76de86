import type {
  AttentionInputs,
  AttentionLayout,
  AttentionProblem,
  AttentionTensor,
  BlockMask,
  Dtype,
  ErrorCode,
  MaskClause,
  RegularPattern,
  StoredPattern,
} from '@sparsek/types';
import type { Fault } from './invalid.js';

const ARGUMENT: readonly ErrorCode[] = ['INVALID_ARGUMENT'];
const MASK: readonly ErrorCode[] = ['INVALID_ARGUMENT', 'INVALID_MASK'];
const OPEN = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
const CLAUSE: MaskClause = { diagonal: OPEN, rows: OPEN, columns: OPEN, document: 'any' };

/** A stored pattern that is right for 20 queries and 20 keys in blocks of 8 x 8: a grid of 3 x 3. */
const STORED: StoredPattern = {
  kind: 'stored',
  indptr: Int32Array.of(0, 1, 3, 6),
  indices: Int32Array.of(0, 0, 1, 0, 1, 2),
};

export function attentionFaults(): Fault<AttentionProblem, AttentionInputs>[] {
  return [...problemFaults(), ...maskFaults(), ...inputFaults()];
}

function problemFaults(): Fault<AttentionProblem, AttentionInputs>[] {
  return [
    {
      name: 'heads that are no multiple of kvHeads',
      codes: ARGUMENT,
      problem: (p) => ({ ...p, kvHeads: 3 }),
    },
    { name: 'no heads', codes: ARGUMENT, problem: (p) => ({ ...p, heads: 0 }) },
    { name: 'no kvHeads', codes: ARGUMENT, problem: (p) => ({ ...p, kvHeads: 0 }) },
    { name: 'a negative batch', codes: ARGUMENT, problem: (p) => ({ ...p, batch: -1 }) },
    { name: 'head dimension 0', codes: ARGUMENT, problem: (p) => ({ ...p, headDim: 0 }) },
    {
      name: 'a head dimension that is NaN',
      codes: ARGUMENT,
      problem: (p) => ({ ...p, headDim: Number.NaN }),
    },
    { name: 'value dimension 0', codes: ARGUMENT, problem: (p) => ({ ...p, valueDim: 0 }) },
    { name: 'an unknown dtype', codes: ARGUMENT, problem: (p) => ({ ...p, dtype: 'f64' as Dtype }) },
    {
      name: 'an unknown layout',
      codes: ARGUMENT,
      problem: (p) => ({ ...p, layout: 'sbhd' as AttentionLayout }),
    },
    { name: 'a scale that is NaN', codes: ARGUMENT, problem: (p) => ({ ...p, scale: Number.NaN }) },
    {
      name: 'an infinite scale',
      codes: ARGUMENT,
      problem: (p) => ({ ...p, scale: Number.POSITIVE_INFINITY }),
    },
    { name: 'softcap 0', codes: ARGUMENT, problem: (p) => ({ ...p, softcap: 0 }) },
    { name: 'a negative softcap', codes: ARGUMENT, problem: (p) => ({ ...p, softcap: -1 }) },
  ];
}

function maskFaults(): Fault<AttentionProblem, AttentionInputs>[] {
  const faulty = (
    name: string,
    change: (mask: BlockMask) => BlockMask,
  ): Fault<AttentionProblem, AttentionInputs> => ({
    name: `mask: ${name}`,
    codes: MASK,
    problem: (problem) => ({ ...problem, mask: change(problem.mask) }),
  });
  const pattern = (name: string, changed: StoredPattern | RegularPattern) =>
    faulty(name, (mask) => ({ ...mask, patterns: [changed] }));
  const storedFault = (name: string, change: Partial<StoredPattern>) =>
    pattern(name, { ...STORED, ...change });
  const clause = (name: string, change: Partial<MaskClause>) =>
    pattern(name, { kind: 'regular', clauses: [{ ...CLAUSE, ...change }] });
  return [
    faulty('a negative length', (mask) => ({ ...mask, queryLength: -1 })),
    faulty('blocks of height 0', (mask) => ({ ...mask, blockShape: [0, 8] })),
    faulty('a head map that names no pattern', (mask) => ({ ...mask, headMap: Int32Array.of(1) })),
    faulty('a negative entry in the head map', (mask) => ({ ...mask, headMap: Int32Array.of(-1) })),
    faulty('a head map that is too short', (mask) => ({ ...mask, heads: 4 })),
    faulty('heads that are not those of the problem', (mask) => ({
      ...mask,
      heads: 3,
      headMap: new Int32Array(3),
    })),
    faulty('batches that are not those of the problem', (mask) => ({
      ...mask,
      batches: 2,
      headMap: new Int32Array(2),
    })),
    faulty('no patterns', (mask) => ({ ...mask, patterns: [] })),
    pattern('an unknown kind', { kind: 'dense' } as unknown as StoredPattern),
    clause('a clause that names documents that are not there', { document: 'same' }),
    clause('an unknown relation', { document: 'near' as 'same' }),
    clause('a range that is NaN', { diagonal: [Number.NaN, 0] }),
    clause('a range of one end', { columns: [0] as unknown as [number, number] }),
    storedFault('indptr too short', { indptr: Int32Array.of(0, 1, 3) }),
    storedFault('indptr decreases', { indptr: Int32Array.of(0, 3, 1, 6) }),
    storedFault('indptr beyond the indices', { indptr: Int32Array.of(0, 1, 3, 60_000) }),
    storedFault('an index beyond the keys', { indices: Int32Array.of(0, 0, 1, 0, 1, 3) }),
    storedFault('a negative index', { indices: Int32Array.of(-1, 0, 1, 0, 1, 2) }),
    storedFault('indices out of order', { indices: Int32Array.of(0, 1, 0, 0, 1, 2) }),
    storedFault('an index twice', { indices: Int32Array.of(0, 1, 1, 0, 1, 2) }),
    storedFault('fill too short', { fill: new Int32Array(5) }),
    storedFault('fill that names a bitmap that is not there', { fill: Int32Array.of(0, 0, 2, 0, 0, 0) }),
    storedFault('a negative fill', { fill: Int32Array.of(0, 0, -1, 0, 0, 0) }),
    storedFault('fill by clauses that are not there', { fill: Int32Array.of(0, 0, 1, 0, 0, 0) }),
    storedFault('half a bitmap', { fill: Int32Array.of(0, 0, 2, 0, 0, 0), bitmaps: new Uint32Array(4) }),
    faulty('documents too short', (mask) => ({
      ...mask,
      patterns: [{ kind: 'regular', clauses: [{ ...CLAUSE, document: 'same' }] }],
      documents: { start: new Int32Array(19), end: new Int32Array(19) },
    })),
  ];
}

function inputFaults(): Fault<AttentionProblem, AttentionInputs>[] {
  const tensor = (name: 'q' | 'k' | 'v', change: Partial<AttentionTensor>) => (inputs: AttentionInputs) => ({
    ...inputs,
    [name]: { ...inputs[name], ...change },
  });
  const out = (change: Partial<AttentionTensor>) => (inputs: AttentionInputs) => ({
    ...inputs,
    out: { ...inputs.q, values: new Float32Array(inputs.q.values.length), ...change },
  });
  return [
    { name: 'q of another length', codes: ARGUMENT, inputs: tensor('q', { shape: [1, 4, 19, 8] }) },
    {
      name: 'q with the axes of the other layout',
      codes: ARGUMENT,
      inputs: tensor('q', { shape: [1, 20, 4, 8] }),
    },
    {
      name: 'k with another number of heads',
      codes: ARGUMENT,
      inputs: tensor('k', { shape: [1, 4, 20, 8] }),
    },
    { name: 'k of another head dimension', codes: ARGUMENT, inputs: tensor('k', { shape: [1, 2, 20, 4] }) },
    { name: 'v of another length', codes: ARGUMENT, inputs: tensor('v', { shape: [1, 2, 21, 8] }) },
    {
      name: 'v with too few values',
      codes: ARGUMENT,
      inputs: tensor('v', { values: new Float32Array(319) }),
    },
    {
      name: 'v of another dtype',
      codes: ARGUMENT,
      inputs: tensor('v', { dtype: 'f16', values: new Uint16Array(320) }),
    },
    {
      name: 'k in another array type',
      codes: ARGUMENT,
      inputs: tensor('k', { values: new Uint16Array(320) }),
    },
    { name: 'sinks too short', codes: ARGUMENT, inputs: (i) => ({ ...i, sinks: new Float32Array(3) }) },
    {
      name: 'slopes too short',
      codes: ARGUMENT,
      inputs: (i) => ({ ...i, alibiSlopes: new Float32Array(3) }),
    },
    { name: 'out of another shape', codes: ARGUMENT, inputs: out({ shape: [1, 4, 20, 7] }) },
    { name: 'out too short', codes: ARGUMENT, inputs: out({ values: new Float32Array(639) }) },
    {
      name: 'out of another dtype',
      codes: ARGUMENT,
      inputs: out({ dtype: 'bf16', values: new Uint16Array(640) }),
    },
  ];
}
