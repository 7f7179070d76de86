import type { Backend, DenseMatrix } from '@sparsek/types';
import { referenceBackend } from '@sparsek/validator';
import { describe, expect, it } from 'vitest';
import { makeCaseData } from '../src/case/data.js';
import type { BenchCase } from '../src/case/schema.js';
import { isSkipped } from '../src/runner/contestant.js';
import { sparsekContestant } from '../src/runner/sparsek-contestant.js';
import { attentionCase, convertCase, spmmCase } from './cases.js';

async function prepare(benchCase: BenchCase, backend: Backend = referenceBackend()) {
  return sparsekContestant(backend, '1').prepare(benchCase, makeCaseData(benchCase), { inputSets: 1 });
}

async function prepared(benchCase: BenchCase, backend?: Backend) {
  const run = await prepare(benchCase, backend);
  if (isSkipped(run)) throw new Error(run.skipped);
  return run;
}

describe('sparsekContestant', () => {
  it('names the backend and its device', () => {
    const backend = referenceBackend();
    const { name, version } = sparsekContestant(backend, '1.2.3');
    expect(name).toBe('sparsek reference');
    expect(version).toBe(`1.2.3, ${backend.device}`);
  });

  it('plans once and tells its kernel and the time that took', async () => {
    await using run = await prepared(spmmCase);
    expect(run.kernel).toBeTruthy();
    expect(run.planMs).toBeGreaterThanOrEqual(0);
  });

  it('gives the whole result, of a run of its own when none was asked for before', async () => {
    await using product = await prepared(spmmCase);
    const every = Array.from({ length: 72 }, (_, row) => row);
    expect(await product.result!(every)).toMatchObject({ rows: { length: 72 * 24 }, finite: true });
    await using attention = await prepared(attentionCase);
    expect(await attention.run()).toBeGreaterThanOrEqual(0);
    const [first, last] = [await attention.result!([0]), await attention.result!([2 * 96 - 1])];
    expect(first.rows).toHaveLength(16);
    expect([...first.rows]).not.toEqual([...last.rows]);
  });

  it('reads half-precision results as float32', async () => {
    await using run = await prepared({ ...spmmCase, dtype: 'f16' });
    await using exact = await prepared(spmmCase);
    const [{ rows: half }, { rows: full }] = [await run.result!([3, 70]), await exact.result!([3, 70])];
    expect(half).toBeInstanceOf(Float32Array);
    expect(Math.max(...half.map((value, n) => Math.abs(value - full[n]!)))).toBeLessThan(0.1);
  });

  it('times whole calls and plans when the case asks for that', async () => {
    const backend = referenceBackend();
    let plans = 0;
    const counting: Backend = {
      ...backend,
      planSpmm: (problem, options) => {
        plans++;
        return backend.planSpmm(problem, options);
      },
    };
    await using call = await prepared({ ...spmmCase, measure: 'call' }, counting);
    expect(await call.run()).toBeGreaterThan(0);
    expect(plans).toBe(1);
    await using plan = await prepared({ ...spmmCase, measure: 'plan' }, counting);
    expect(await plan.run()).toBeGreaterThan(0);
    expect(plans).toBe(1 + 1 + 20);
    expect((await plan.result!([1, 2])).rows).toHaveLength(2 * 24);
  });

  it('has nothing to launch on without a device', async () => {
    expect(await prepare({ ...spmmCase, measure: 'launch' })).toEqual({
      skipped: 'has no device to launch on',
    });
  });

  it('times conversions there and back, and gives what came back', async () => {
    await using run = await prepared(convertCase);
    expect(await run.run()).toBeGreaterThan(0);
    expect(await run.result!([0, 63])).toMatchObject({ rows: { length: 2 * 64 }, finite: true });
  });

  it('gives no result that an earlier run left behind', async () => {
    const backend = referenceBackend();
    // From its second run on it writes nothing, and the right result still stands in `out`.
    const lazy: Backend = {
      ...backend,
      planSpmm: async (problem, options) => {
        const plan = await backend.planSpmm(problem, options);
        const run: typeof plan.run = async (inputs, how) =>
          inputs.out ? { output: inputs.out, computeMs: 0 } : plan.run(inputs, how);
        return { ...plan, run, [Symbol.dispose]: () => plan[Symbol.dispose]() };
      },
    };
    await using run = await prepared(spmmCase, lazy);
    await run.run();
    expect((await run.result!([0])).finite).toBe(false);
  });

  it('gives no result of inputs that an earlier run was given', async () => {
    const backend = referenceBackend();
    // It keeps the operands of its first run, and computes with them from then on.
    const remembering: Backend = {
      ...backend,
      planSpmm: async (problem, options) => {
        const plan = await backend.planSpmm(problem, options);
        let dense: DenseMatrix | undefined;
        const run: typeof plan.run = (inputs, how) => {
          dense ??= { ...inputs.dense, values: inputs.dense.values.slice() };
          return plan.run({ ...inputs, dense }, how);
        };
        return { ...plan, run, [Symbol.dispose]: () => plan[Symbol.dispose]() };
      },
    };
    const every = Array.from({ length: 72 }, (_, row) => row);
    const resultOf = async (made: Backend) => {
      await using run = await prepared(spmmCase, made);
      await run.run();
      return [...(await run.result!(every)).rows];
    };
    const right = await resultOf(backend);
    expect(await resultOf(remembering)).toEqual(right.map((value) => -value));
  });

  it('times what a caller waits for, not what the backend counts', async () => {
    const backend = referenceBackend();
    const waiting: Backend = {
      ...backend,
      planSpmm: async (problem, options) => {
        const plan = await backend.planSpmm(problem, options);
        const run: typeof plan.run = async (inputs, how) => {
          await new Promise((resolve) => setTimeout(resolve, 30));
          return { ...(await plan.run(inputs, how)), computeMs: 0 };
        };
        return { ...plan, run, [Symbol.dispose]: () => plan[Symbol.dispose]() };
      },
    };
    await using run = await prepared(spmmCase, waiting);
    expect(await run.run()).toBeGreaterThan(25);
  });

  it('skips conversions where something else than the conversion was to be timed', async () => {
    expect(await prepare({ ...convertCase, measure: 'plan' })).toEqual({
      skipped: 'conversions have no plans',
    });
    expect(await prepare({ ...convertCase, measure: 'launch' })).toEqual({
      skipped: 'conversions run on the host',
    });
  });

  it('skips what the backend does not support, with the reason', async () => {
    const backend: Backend = { ...referenceBackend(), device: 'a toaster', supports: () => false };
    expect(await prepare(attentionCase, backend)).toEqual({ skipped: 'no attention of f32 on a toaster' });
  });

  it('disposes the plan', async () => {
    const run = await prepared(spmmCase);
    await run[Symbol.asyncDispose]();
    await expect(run.run()).rejects.toMatchObject({ code: 'DISPOSED' });
  });
});
