import { bsrToDense, hybridFromBsr, prune24, sparse24ToDense } from '@sparsek/bsr';
import type { BsrMatrix } from '@sparsek/types';
import { describe, expect, it } from 'vitest';
import { planSddmm, planSpgemm, planSpmm24, sddmm, spgemm, spmm24 } from '../src/index.js';
import { blocky, integers, multiply } from './helpers.js';

const backend = 'reference';

describe('sddmm', () => {
  const layout = blocky(9, 11, [4, 4], 1).sparse;
  const a = integers(9, 6, 1);
  const b = integers(6, 11, 2);

  it('computes the product at the stored blocks only', async () => {
    const c = await sddmm(a, b, layout, { backend, alpha: 2 });
    expect([...c.indptr]).toEqual([...layout.indptr]);
    const stored = bsrToDense({ ...layout, values: layout.values.map(() => 1) });
    const wanted = multiply(a, b).map((x, n) => 2 * x * (stored.values[n] ?? 0) + 0);
    expect([...bsrToDense(c).values].map((x) => x + 0)).toEqual(wanted);
  });

  it('reuses a plan', async () => {
    using plan = await planSddmm(layout, { inner: 6, backend });
    const { output } = await plan.run(a, b);
    expect([...output.values]).toEqual([...(await sddmm(a, b, layout, { backend })).values]);
    expect(plan.usefulFlops).toBeGreaterThan(0);
    await expect(plan.run(integers(9, 7, 1), b)).rejects.toThrow(/6 columns to fit the plan for a.shape/);
  });

  it('tells which operand does not fit the layout', async () => {
    await expect(sddmm(integers(8, 6, 1), b, layout, { backend })).rejects.toThrow(
      'Expected 9 rows to fit layout of shape [9, 11] for a.shape but received [8, 6]',
    );
    await expect(sddmm(a, integers(6, 10, 1), layout, { backend })).rejects.toThrow(
      /11 columns to fit layout/,
    );
    await expect(sddmm(a, integers(5, 11, 1), layout, { backend })).rejects.toThrow(
      /6 rows to fit a of shape \[9, 6\]/,
    );
    await expect(sddmm(a, b, a as unknown as BsrMatrix, { backend })).rejects.toThrow(
      /block-sparse matrix .* for layout/,
    );
  });
});

describe('spgemm', () => {
  const a = blocky(9, 10, [4, 3], 0);
  const b = blocky(10, 7, [3, 2], 1);

  it('gives a block-sparse or a dense result', async () => {
    const wanted = multiply(a.dense, b.dense);
    const sparse = await spgemm(a.sparse, b.sparse, { backend });
    expect(sparse.blockShape).toEqual([4, 2]);
    expect([...bsrToDense(sparse).values]).toEqual(wanted);
    const dense = await spgemm(a.sparse, b.sparse, { backend, output: 'dense', alpha: -1 });
    expect([...dense.values].map((x) => x + 0)).toEqual(wanted.map((x) => -x + 0));
  });

  it('reuses a plan with other values', async () => {
    using plan = await planSpgemm(a.sparse, b.sparse, { backend, output: 'dense' });
    const { output } = await plan.run({ aValues: a.sparse.values.map((x) => 3 * x) });
    expect([...output.values]).toEqual(multiply(a.dense, b.dense).map((x) => 3 * x));
  });

  it('wants fitting shapes and blocks', async () => {
    await expect(spgemm(a.sparse, a.sparse, { backend })).rejects.toThrow(
      'Expected 10 rows to fit a of shape [9, 10] for b.shape but received [9, 10]',
    );
    await expect(spgemm(a.sparse, blocky(10, 7, [5, 2], 1).sparse, { backend })).rejects.toThrow(
      "Expected blocks of 3 rows to fit a's blocks of 4 x 3 for b.blockShape but received [5, 2]",
    );
  });
});

describe('spmm24', () => {
  const weights = integers(8, 16, 3);
  const a = prune24(weights);
  const b = integers(16, 5, 4);

  it('multiplies a 2:4 matrix', async () => {
    const c = await spmm24(a, b, { backend });
    expect([...c.values]).toEqual(multiply(sparse24ToDense(a), b));
    using plan = await planSpmm24(a, { columns: 5, backend, activation: 'relu' });
    expect(plan.usefulFlops).toBe(8 * 16 * 5);
    expect([...(await plan.run(b)).output.values]).toEqual(
      multiply(sparse24ToDense(a), b).map((x) => Math.max(x, 0)),
    );
  });

  it('multiplies a hybrid of dense and 2:4 blocks', async () => {
    const { dense, sparse } = blocky(8, 16, [4, 8], 0);
    const hybrid = hybridFromBsr(sparse);
    const c = await spmm24(hybrid, b, { backend });
    expect([...c.values]).toEqual(multiply(dense, b));
  });

  it('refuses what is not structured and what does not fit', async () => {
    await expect(spmm24(weights as unknown as typeof a, b, { backend })).rejects.toThrow(/2:4 sparsity/);
    await expect(spmm24(a, integers(15, 5, 1), { backend })).rejects.toThrow(
      /16 rows to fit a of shape \[8, 16\]/,
    );
  });
});
