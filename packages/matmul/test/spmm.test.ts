import type { Backend, BsrMatrix, DenseMatrix, PlanOptions } from '@sparsek/types';
import { referenceBackend } from '@sparsek/validator';
import { describe, expect, it } from 'vitest';
import { planSpmm, spmm } from '../src/index.js';
import { blocky, integers, multiply, transposed } from './helpers.js';

const backend = 'reference';
const { dense, sparse } = blocky(13, 10, [4, 3], 0);

describe('spmm', () => {
  it('multiplies sparse by dense', async () => {
    const b = integers(10, 5, 1);
    const c = await spmm(sparse, b, { backend });
    expect(c).toMatchObject({ shape: [13, 5], dtype: 'f32' });
    expect([...c.values]).toEqual(multiply(dense, b));
  });

  it('multiplies dense by sparse', async () => {
    const a = integers(6, 13, 2);
    const c = await spmm(a, sparse, { backend });
    expect(c.shape).toEqual([6, 10]);
    expect([...c.values]).toEqual(multiply(a, dense));
  });

  it('transposes the sparse matrix on either side', async () => {
    const b = integers(13, 4, 3);
    expect([...(await spmm(sparse, b, { backend, transpose: true })).values]).toEqual(
      multiply(transposed(dense), b),
    );
    const a = integers(4, 10, 4);
    expect([...(await spmm(a, sparse, { backend, transpose: true })).values]).toEqual(
      multiply(a, transposed(dense)),
    );
  });

  it('knows the precisions, and computes exactly where tf32 is allowed but not there', async () => {
    const b = integers(10, 5, 1);
    const exact = await spmm(sparse, b, { backend, precision: 'exact' });
    const allowed = await spmm(sparse, b, { backend, precision: 'tf32' });
    expect(allowed.values).toEqual(exact.values);
    await expect(spmm(sparse, b, { backend, precision: 'fast' as 'tf32' })).rejects.toThrow(
      /'exact' or 'tf32' for precision/,
    );
  });

  it('applies alpha, beta, bias and activation', async () => {
    const b = integers(10, 5, 1);
    const c = integers(13, 5, 5);
    const bias = Float32Array.from({ length: 13 }, (_, r) => r - 6);
    const product = multiply(dense, b);
    const result = await spmm(sparse, b, { backend, alpha: 2, beta: 3, c, bias, activation: 'relu' });
    const wanted = product.map((x, n) => Math.max(0, 2 * x + 3 * c.values[n]! + bias[Math.floor(n / 5)]!));
    expect([...result.values]).toEqual(wanted);
  });

  it('multiplies a list over one plan, on either side', async () => {
    const bs = [integers(10, 5, 1), integers(10, 5, 2), integers(10, 5, 3)];
    const results = await spmm(sparse, bs, { backend });
    expect(results.map((c) => [...c.values])).toEqual(bs.map((b) => multiply(dense, b)));
    const as = [integers(2, 13, 1), integers(2, 13, 2)];
    expect((await spmm(as, sparse, { backend })).map((c) => [...c.values])).toEqual(
      as.map((a) => multiply(a, dense)),
    );
    expect(await spmm(sparse, [], { backend })).toEqual([]);
  });

  it('writes into out', async () => {
    const b = integers(10, 5, 1);
    const out: DenseMatrix<'f32'> = { shape: [13, 5], dtype: 'f32', values: new Float32Array(65).fill(NaN) };
    const c = await spmm(sparse, b, { backend, out });
    expect(c.values).toBe(out.values);
    expect([...out.values]).toEqual(multiply(dense, b));
  });
});

describe('planSpmm', () => {
  it('runs again with other values and inputs', async () => {
    using plan = await planSpmm(sparse, { columns: 5, backend });
    expect(plan).toMatchObject({ backend: 'reference', shape: [13, 5] });
    expect(plan.planMs).toBeGreaterThanOrEqual(0);
    const b = integers(10, 5, 9);
    const twice = sparse.values.map((value) => 2 * value);
    const { output, computeMs } = await plan.run(b, { values: twice });
    expect([...output.values]).toEqual(multiply(dense, b).map((x) => 2 * x));
    expect(computeMs).toBeGreaterThanOrEqual(0);
    expect([...(await plan.run(b)).output.values]).toEqual(multiply(dense, b));
  });

  it('takes one c and one out for each matrix of a list', async () => {
    using plan = await planSpmm(sparse, { columns: 2, backend });
    const bs = [integers(10, 2, 1), integers(10, 2, 2)];
    const c = [integers(13, 2, 3), integers(13, 2, 4)];
    const { output } = await plan.run(bs, { beta: 1, c });
    expect(output.map((m) => [...m.values])).toEqual(
      bs.map((b, n) => multiply(dense, b).map((x, e) => x + c[n]!.values[e]!)),
    );
    await expect(plan.run(bs, { beta: 1, c: c.slice(1) })).rejects.toThrow(
      /a list of 2 matrices, as b is for c/,
    );
    await expect(plan.run(bs[0]!, { beta: 1, c })).rejects.toThrow(/one matrix, since b is one matrix for c/);
  });

  it('stops at an aborted signal and reports progress over a list', async () => {
    const bs = [integers(10, 2, 1), integers(10, 2, 2)];
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(spmm(sparse, bs, { backend, signal })).rejects.toThrow('enough');
    const seen: number[] = [];
    await spmm(sparse, bs, { backend, onProgress: (fraction) => seen.push(fraction) });
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1) ?? 1).toBeLessThanOrEqual(1);
  });
});

describe('backend', () => {
  it('may be one of the caller', async () => {
    const own = referenceBackend();
    const b = integers(10, 5, 1);
    expect([...(await spmm(sparse, b, { backend: own })).values]).toEqual(multiply(dense, b));
    using plan = await planSpmm(sparse, { columns: 5, backend: own });
    own[Symbol.dispose]();
    await expect(plan.run(b)).rejects.toMatchObject({ code: 'DISPOSED' });
  });

  it('is refused for an operation that it lacks', async () => {
    const own = { ...referenceBackend(), supports: () => false };
    await expect(spmm(sparse, integers(10, 5, 1), { backend: own })).rejects.toMatchObject({
      code: 'UNSUPPORTED_OPERATION',
      message: expect.stringContaining('has no spmm of f32'),
    });
  });
});

describe('options of a plan', () => {
  it('reach the backend', async () => {
    const asked: (PlanOptions | undefined)[] = [];
    const reference = referenceBackend();
    const listening: Backend = {
      ...reference,
      supports: () => true,
      planSpmm: (problem, options) => {
        asked.push(options);
        return reference.planSpmm(problem, options);
      },
    };
    using tuned = await planSpmm(sparse, { backend: listening, columns: 3, autotune: true, validate: false });
    using plain = await planSpmm(sparse, { backend: listening, columns: 3 });
    expect(asked).toEqual([{ autotune: true, validate: false }, {}]);
    expect(tuned.shape).toEqual(plain.shape);
  });
});

describe('errors of spmm', () => {
  const b = integers(10, 5, 1);

  it('tells both shapes when they do not fit', async () => {
    await expect(spmm(sparse, integers(9, 5, 1), { backend })).rejects.toThrow(
      'Expected 10 rows to fit a of shape [13, 10] for b.shape but received [9, 5]',
    );
    await expect(spmm(integers(5, 10, 1), sparse, { backend })).rejects.toThrow(
      'Expected 13 columns to fit b of shape [13, 10] for a.shape but received [5, 10]',
    );
    await expect(spmm(sparse, b, { backend, transpose: true })).rejects.toThrow(
      'Expected 13 rows to fit the transpose of a of shape [13, 10] for b.shape but received [10, 5]',
    );
    await expect(spmm(sparse, [b, integers(10, 4, 1)], { backend })).rejects.toThrow(
      'Expected 5 columns to fit b[0] of shape [10, 5] for b[1].shape but received [10, 4]',
    );
  });

  it('refuses mixed dtypes', async () => {
    const half: DenseMatrix = { shape: [10, 5], dtype: 'f16', values: new Uint16Array(50) };
    await expect(spmm(sparse, half, { backend })).rejects.toThrow(
      'Expected \'f32\' as in a for b.dtype but received "f16"',
    );
  });

  it('refuses two sparse, two dense and what is no matrix', async () => {
    await expect(spmm(sparse, sparse as unknown as DenseMatrix, { backend })).rejects.toThrow(
      /see spgemm.* for b/,
    );
    await expect(spmm(b as unknown as BsrMatrix, b, { backend })).rejects.toThrow(
      /a block-sparse matrix, or b to be one/,
    );
    await expect(spmm(sparse, null as unknown as DenseMatrix, { backend })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });

  it('refuses malformed structure by row and position', async () => {
    const broken = { ...sparse, indices: sparse.indices.map((c) => c + 7) };
    await expect(spmm(broken, b, { backend })).rejects.toMatchObject({ code: 'INVALID_MATRIX' });
  });

  it('wants columns or rows, and beta with c', async () => {
    await expect(planSpmm(sparse, { backend })).rejects.toThrow(/either columns/);
    await expect(planSpmm(sparse, { backend, columns: 2, rows: 2 })).rejects.toThrow(/either columns/);
    await expect(spmm(sparse, b, { backend, beta: 1 })).rejects.toThrow(/for c but received undefined/);
    await expect(spmm(sparse, b, { backend: 'abacus' as 'cpu' })).rejects.toThrow(
      /for backend but received "abacus"/,
    );
  });
});
