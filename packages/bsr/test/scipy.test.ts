import { readFileSync } from 'node:fs';
import type { BsrMatrix } from '@sparsek/types';
import { describe, expect, it } from 'vitest';
import {
  add,
  blockDiagonal,
  bsrFromCoo,
  bsrFromCsc,
  bsrFromCsr,
  bsrFromDense,
  bsrToCsr,
  bsrToDense,
  type CsrMatrix,
  createPhilox,
  f32ToF16,
  hstack,
  multiply,
  randomPattern,
  sliceColumns,
  sliceRows,
  statistics,
  transpose,
  vstack,
} from '../src/index.js';

interface Compressed {
  readonly shape: [number, number];
  readonly indptr: number[];
  readonly indices: number[];
  readonly values: number[];
}
interface CompressedBlocks extends Compressed {
  readonly blockShape: [number, number];
}
interface Golden {
  readonly scipy: string;
  readonly conversions: {
    readonly dense: number[];
    readonly bsr: CompressedBlocks;
    readonly csr: Compressed;
    readonly csc: Compressed;
    readonly transpose: CompressedBlocks;
    readonly other: CompressedBlocks;
    readonly sum: number[];
    readonly product: number[];
    readonly nonzeros: number;
  }[];
  readonly coordinates: {
    readonly shape: [number, number];
    readonly rows: number[];
    readonly columns: number[];
    readonly values: number[];
    readonly dense: number[];
  };
  readonly stacks: Record<'a' | 'b', CompressedBlocks> &
    Record<'vstack' | 'hstack' | 'blockDiagonal' | 'rows' | 'columns', number[]>;
  readonly halves: { readonly f32: number[]; readonly f16: number[] };
  readonly draws: {
    readonly seed: string;
    readonly words: number[];
    readonly normals: number[];
    readonly pattern: { rows: number; columns: number; density: number; chosen: number[][] };
  };
}

/** Made by golden/generate.py. */
const golden: Golden = JSON.parse(readFileSync(new URL('golden/scipy.json', import.meta.url), 'utf8'));

function csr({ shape, indptr, indices, values }: Compressed): CsrMatrix<'f32'> {
  return {
    shape,
    dtype: 'f32',
    indptr: Int32Array.from(indptr),
    indices: Int32Array.from(indices),
    values: Float32Array.from(values),
  };
}

function bsr(matrix: CompressedBlocks): BsrMatrix<'f32'> {
  return { ...csr(matrix), blockShape: matrix.blockShape };
}

const elements = (matrix: BsrMatrix) => [...bsrToDense(matrix).values];

describe(`SciPy ${golden.scipy}`, () => {
  it.each(golden.conversions)('converts in blocks of $bsr.blockShape as here', (one) => {
    const expected = bsr(one.bsr);
    const dense = { shape: one.bsr.shape, dtype: 'f32' as const, values: Float32Array.from(one.dense) };
    expect(bsrFromDense(dense, one.bsr.blockShape)).toEqual(expected);
    expect(bsrFromCsr(csr(one.csr), one.bsr.blockShape)).toEqual(expected);
    expect(bsrFromCsc(csr(one.csc), one.bsr.blockShape)).toEqual(expected);
    expect(bsrToCsr(expected)).toEqual(csr(one.csr));
    expect(elements(expected)).toEqual(one.dense);
    expect(transpose(expected)).toEqual(bsr(one.transpose));
    expect(elements(add(expected, bsr(one.other)))).toEqual(one.sum);
    expect(elements(multiply(expected, bsr(one.other))).map((value) => value + 0)).toEqual(one.product);
    expect(statistics(expected).nonzeros).toBe(one.nonzeros);
  });

  it('adds duplicate coordinates as here', () => {
    const { shape, rows, columns, values, dense } = golden.coordinates;
    const coo = {
      shape,
      dtype: 'f32' as const,
      rows: Int32Array.from(rows),
      columns: Int32Array.from(columns),
      values: Float32Array.from(values),
    };
    expect(elements(bsrFromCoo(coo, [2, 3]))).toEqual(dense);
  });

  it('stacks and slices as here', () => {
    const a = bsr(golden.stacks.a);
    const b = bsr(golden.stacks.b);
    expect(elements(vstack([a, b]))).toEqual(golden.stacks.vstack);
    expect(elements(hstack([a, b]))).toEqual(golden.stacks.hstack);
    expect(elements(blockDiagonal([a, b]))).toEqual(golden.stacks.blockDiagonal);
    expect(elements(sliceRows(a, 1, 5))).toEqual(golden.stacks.rows);
    expect(elements(sliceColumns(a, 3, 8))).toEqual(golden.stacks.columns);
  });
});

describe('other implementations', () => {
  it('NumPy rounds to binary16 as here', () => {
    const values = new Float32Array(Uint32Array.from(golden.halves.f32).buffer);
    expect([...f32ToF16(values)]).toEqual(golden.halves.f16);
  });

  it('a Python replay of the documented draws gives the same words, values and pattern', () => {
    const { seed, words, normals, pattern } = golden.draws;
    const philox = createPhilox(BigInt(seed), 3);
    expect(words.map((_, n) => philox.word(n))).toEqual(words);
    expect(normals.map((_, n) => philox.normal(n))).toEqual(normals);
    const { rows, columns, density, chosen } = pattern;
    const drawn = randomPattern({ shape: [rows, columns], blockShape: [1, 1], density, seed: BigInt(seed) });
    expect([...drawn.indices]).toEqual(chosen.flat());
  });
});
