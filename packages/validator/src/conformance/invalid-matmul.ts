import type {
  Activation,
  BsrPattern,
  DenseMatrix,
  Dtype,
  ErrorCode,
  HybridMatrix,
  Precision,
  SddmmInputs,
  SddmmProblem,
  Sparse24Matrix,
  SpgemmInputs,
  SpgemmProblem,
  Spmm24Inputs,
  Spmm24Problem,
  SpmmInputs,
  SpmmProblem,
} from '@sparsek/types';
import { type Fault, withArrays } from './invalid.js';

const MATRIX: readonly ErrorCode[] = ['INVALID_MATRIX'];
const ARGUMENT: readonly ErrorCode[] = ['INVALID_ARGUMENT'];
/** A length that does not fit can be told as a wrong argument or as arrays that contradict each other. */
const EITHER: readonly ErrorCode[] = ['INVALID_ARGUMENT', 'INVALID_MATRIX'];

/** Mistakes in a block structure, for the pattern of 16 x 16 in blocks of 4 x 4 of the small cases. */
function patternFaults(): {
  name: string;
  codes: readonly ErrorCode[];
  apply: (pattern: BsrPattern) => BsrPattern;
}[] {
  return [
    {
      name: 'indptr does not start at 0',
      codes: MATRIX,
      apply: (p) => withArrays(p, { indptr: [1, 1, 5, 6, 7] }),
    },
    { name: 'indptr decreases', codes: MATRIX, apply: (p) => withArrays(p, { indptr: [0, 5, 1, 6, 7] }) },
    {
      name: 'indptr ends beyond the indices',
      codes: MATRIX,
      apply: (p) => withArrays(p, { indptr: [0, 1, 5, 6, 1_000_000] }),
    },
    {
      name: 'indptr ends before the indices',
      codes: MATRIX,
      apply: (p) => withArrays(p, { indptr: [0, 1, 5, 6, 6] }),
    },
    { name: 'indptr too short', codes: EITHER, apply: (p) => withArrays(p, { indptr: [0, 1, 5, 7] }) },
    {
      name: 'a negative index',
      codes: MATRIX,
      apply: (p) => withArrays(p, { indices: [-1, 0, 1, 2, 3, 2, 3] }),
    },
    {
      name: 'an index beyond the columns',
      codes: MATRIX,
      apply: (p) => withArrays(p, { indices: [0, 0, 1, 2, 4, 2, 3] }),
    },
    {
      name: 'a huge index',
      codes: MATRIX,
      apply: (p) => withArrays(p, { indices: [0, 0, 1, 2, 3, 2, 2 ** 31 - 1] }),
    },
    {
      name: 'indices out of order',
      codes: MATRIX,
      apply: (p) => withArrays(p, { indices: [0, 1, 0, 2, 3, 2, 3] }),
    },
    {
      name: 'an index twice',
      codes: MATRIX,
      apply: (p) => withArrays(p, { indices: [0, 0, 1, 1, 3, 2, 3] }),
    },
    { name: 'a negative shape', codes: EITHER, apply: (p) => ({ ...p, shape: [-16, 16] }) },
    { name: 'a shape that is not whole', codes: EITHER, apply: (p) => ({ ...p, shape: [16, 15.5] }) },
    { name: 'blocks of height 0', codes: EITHER, apply: (p) => ({ ...p, blockShape: [0, 4] }) },
    {
      name: 'indices in another array type',
      codes: EITHER,
      apply: (p) => ({ ...p, indices: new Float64Array(7) as unknown as Int32Array }),
    },
  ];
}

export function spmmFaults(): Fault<SpmmProblem, SpmmInputs>[] {
  return [
    ...patternFaults().map(({ name, codes, apply }) => ({
      name,
      codes,
      problem: (problem: SpmmProblem) => ({ ...problem, pattern: apply(problem.pattern) }),
    })),
    { name: 'an unknown dtype', codes: ARGUMENT, problem: (p) => ({ ...p, dtype: 'f64' as Dtype }) },
    { name: 'an unknown side', codes: ARGUMENT, problem: (p) => ({ ...p, side: 'top' as 'left' }) },
    {
      name: 'an unknown precision',
      codes: ARGUMENT,
      problem: (p) => ({ ...p, precision: 'fast' as Precision }),
    },
    { name: 'values too short', codes: EITHER, inputs: (i) => ({ ...i, values: i.values.subarray(1) }) },
    { name: 'values too long', codes: EITHER, inputs: (i) => ({ ...i, values: new Float32Array(1000) }) },
    {
      name: 'values of another dtype',
      codes: EITHER,
      inputs: (i) => ({ ...i, values: new Uint16Array(i.values.length) }),
    },
  ];
}

/** What every product with a dense matrix must check; shapes are those of the small cases, 16 x 16 times 16 x 8. */
export function productFaults<
  Problem extends SpmmProblem | Spmm24Problem,
  Inputs extends SpmmInputs | Spmm24Inputs,
>(): Fault<Problem, Inputs>[] {
  const dense = (change: Partial<DenseMatrix>) => (inputs: Inputs) => ({
    ...inputs,
    dense: { ...inputs.dense, ...change },
  });
  const out = (change: Partial<DenseMatrix>) => (inputs: Inputs) => ({
    ...inputs,
    out: { shape: [16, 8] as const, dtype: 'f32' as const, values: new Float32Array(128), ...change },
  });
  return [
    { name: 'a negative dense extent', codes: ARGUMENT, problem: (p) => ({ ...p, denseExtent: -1 }) },
    {
      name: 'a dense extent that is NaN',
      codes: ARGUMENT,
      problem: (p) => ({ ...p, denseExtent: Number.NaN }),
    },
    {
      name: 'a dense extent that is not whole',
      codes: ARGUMENT,
      problem: (p) => ({ ...p, denseExtent: 7.5 }),
    },
    {
      name: 'an unknown output dtype',
      codes: ARGUMENT,
      problem: (p) => ({ ...p, outputDtype: 'f64' as Dtype }),
    },
    {
      name: 'an unknown activation',
      codes: ARGUMENT,
      problem: (p) => ({ ...p, activation: 'tanh' as Activation }),
    },
    { name: 'a dense matrix of another height', codes: EITHER, inputs: dense({ shape: [15, 8] }) },
    { name: 'a dense matrix of another width', codes: EITHER, inputs: dense({ shape: [16, 7] }) },
    {
      name: 'a dense matrix of another dtype',
      codes: EITHER,
      inputs: dense({ dtype: 'f16', values: new Uint16Array(128) }),
    },
    {
      name: 'a dense matrix with too few values',
      codes: EITHER,
      inputs: dense({ values: new Float32Array(127) }),
    },
    { name: 'a leading dimension that is too small', codes: EITHER, inputs: dense({ leadingDimension: 7 }) },
    { name: 'a leading dimension beyond the values', codes: EITHER, inputs: dense({ leadingDimension: 9 }) },
    { name: 'an unknown order', codes: EITHER, inputs: dense({ order: 'diagonal' as 'row' }) },
    { name: 'beta without c', codes: EITHER, inputs: (i) => ({ ...i, beta: 1 }) },
    {
      name: 'c of another shape',
      codes: EITHER,
      inputs: (i) => ({ ...i, beta: 1, c: { shape: [8, 16], dtype: 'f32', values: new Float32Array(128) } }),
    },
    {
      name: 'c of another dtype',
      codes: EITHER,
      inputs: (i) => ({ ...i, beta: 1, c: { shape: [16, 8], dtype: 'bf16', values: new Uint16Array(128) } }),
    },
    { name: 'bias too short', codes: EITHER, inputs: (i) => ({ ...i, bias: new Float32Array(15) }) },
    {
      name: 'alpha that is not a number',
      codes: EITHER,
      inputs: (i) => ({ ...i, alpha: '2' as unknown as number }),
    },
    { name: 'out too short', codes: EITHER, inputs: out({ values: new Float32Array(127) }) },
    { name: 'out of another shape', codes: EITHER, inputs: out({ shape: [8, 16] }) },
    {
      name: 'out of another dtype',
      codes: EITHER,
      inputs: out({ dtype: 'f16', values: new Uint16Array(128) }),
    },
    { name: 'out in columns', codes: EITHER, inputs: out({ order: 'column' }) },
    {
      name: 'out with padding',
      codes: EITHER,
      inputs: out({ leadingDimension: 9, values: new Float32Array(144) }),
    },
  ];
}

export function spmm24Faults(format: 'sparse24' | 'hybrid'): Fault<Spmm24Problem, Spmm24Inputs>[] {
  type Matrix = Spmm24Problem['a'];
  const a = (apply: (a: Matrix) => Matrix) => (problem: Spmm24Problem) => ({
    ...problem,
    a: apply(problem.a),
  });
  const label = format === 'hybrid' ? 'mixed blocks: ' : '';
  const metadata = (first: number) => (matrix: Matrix) => {
    const bytes = matrix.metadata.slice();
    bytes[0] = first;
    return { ...matrix, metadata: bytes };
  };
  const common: Fault<Spmm24Problem, Spmm24Inputs>[] = [
    { name: `${label}positions that decrease`, codes: MATRIX, problem: a(metadata(0x41)) },
    { name: `${label}one position twice`, codes: MATRIX, problem: a(metadata(0x54)) },
    {
      name: `${label}values too short`,
      codes: EITHER,
      problem: a((m) => ({ ...m, values: m.values.subarray(1) })),
    },
    {
      name: `${label}metadata too short`,
      codes: EITHER,
      problem: a((m) => ({ ...m, metadata: m.metadata.subarray(1) })),
    },
    { name: `${label}an unknown dtype`, codes: EITHER, problem: a((m) => ({ ...m, dtype: 'f64' as Dtype })) },
  ];
  if (format === 'sparse24') {
    const odd = (m: Matrix): Sparse24Matrix => ({ ...m, shape: [16, 12] });
    return [...common, { name: 'columns that are no multiple of 8', codes: EITHER, problem: a(odd) }];
  }
  const kinds = (values: readonly number[]) => (m: Matrix) => ({
    ...(m as HybridMatrix),
    kinds: Uint8Array.from(values),
  });
  const blocks = (arrays: Parameters<typeof withArrays>[1]) => (m: Matrix) => ({
    ...(m as HybridMatrix),
    ...withArrays(m as HybridMatrix, arrays),
  });
  return [
    ...common,
    { name: 'mixed blocks: an unknown kind', codes: EITHER, problem: a(kinds([0, 1, 2, 0])) },
    { name: 'mixed blocks: kinds too short', codes: EITHER, problem: a(kinds([0, 1, 1])) },
    {
      name: 'mixed blocks: other kinds than the values are for',
      codes: EITHER,
      problem: a(kinds([1, 1, 1, 0])),
    },
    {
      name: 'mixed blocks: an index beyond the columns',
      codes: MATRIX,
      problem: a(blocks({ indices: [0, 1, 0, 2] })),
    },
    { name: 'mixed blocks: indptr decreases', codes: MATRIX, problem: a(blocks({ indptr: [0, 5, 4] })) },
  ];
}

export function sddmmFaults(): Fault<SddmmProblem, SddmmInputs>[] {
  return [
    ...patternFaults().map(({ name, codes, apply }) => ({
      name,
      codes,
      problem: (problem: SddmmProblem) => ({ ...problem, pattern: apply(problem.pattern) }),
    })),
    { name: 'an unknown dtype', codes: ARGUMENT, problem: (p) => ({ ...p, dtype: 'f64' as Dtype }) },
    { name: 'a negative inner extent', codes: ARGUMENT, problem: (p) => ({ ...p, inner: -1 }) },
    { name: 'A of another width', codes: EITHER, inputs: (i) => ({ ...i, a: { ...i.a, shape: [16, 7] } }) },
    { name: 'B of another height', codes: EITHER, inputs: (i) => ({ ...i, b: { ...i.b, shape: [7, 16] } }) },
    {
      name: 'B with too few values',
      codes: EITHER,
      inputs: (i) => ({ ...i, b: { ...i.b, values: new Float32Array(5) } }),
    },
    {
      name: 'A of another dtype',
      codes: EITHER,
      inputs: (i) => ({ ...i, a: { ...i.a, dtype: 'f16', values: new Uint16Array(128) } }),
    },
    {
      name: 'alpha that is not a number',
      codes: EITHER,
      inputs: (i) => ({ ...i, alpha: '2' as unknown as number }),
    },
    { name: 'out too short', codes: EITHER, inputs: (i) => ({ ...i, out: new Float32Array(7 * 16 - 1) }) },
    { name: 'out of another dtype', codes: EITHER, inputs: (i) => ({ ...i, out: new Uint16Array(7 * 16) }) },
  ];
}

export function spgemmFaults(): Fault<SpgemmProblem, SpgemmInputs>[] {
  return [
    ...patternFaults().flatMap(({ name, codes, apply }) => [
      {
        name: `A: ${name}`,
        codes,
        problem: (problem: SpgemmProblem) => ({ ...problem, a: apply(problem.a) }),
      },
      {
        name: `B: ${name}`,
        codes,
        problem: (problem: SpgemmProblem) => ({ ...problem, b: apply(problem.b) }),
      },
    ]),
    {
      name: 'inner extents that differ',
      codes: EITHER,
      problem: (p) => ({ ...p, b: { ...p.b, shape: [15, 16] } }),
    },
    {
      name: 'inner block extents that differ',
      codes: EITHER,
      problem: (p) => ({
        ...p,
        b: { shape: [16, 16], blockShape: [8, 4], indptr: Int32Array.of(0, 1, 1), indices: Int32Array.of(0) },
      }),
      inputs: (i) => ({ ...i, bValues: new Float32Array(32) }),
    },
    { name: 'an unknown dtype', codes: ARGUMENT, problem: (p) => ({ ...p, dtype: 'f64' as Dtype }) },
    { name: 'an unknown output', codes: ARGUMENT, problem: (p) => ({ ...p, output: 'csr' as 'bsr' }) },
    {
      name: 'values of A too short',
      codes: EITHER,
      inputs: (i) => ({ ...i, aValues: i.aValues.subarray(1) }),
    },
    {
      name: 'values of B of another dtype',
      codes: EITHER,
      inputs: (i) => ({ ...i, bValues: new Uint16Array(i.bValues.length) }),
    },
    {
      name: 'alpha that is not a number',
      codes: EITHER,
      inputs: (i) => ({ ...i, alpha: '2' as unknown as number }),
    },
  ];
}
