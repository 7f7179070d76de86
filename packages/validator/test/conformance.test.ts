import { type Backend, InvalidMatrixError, type Plan, UnsupportedOperationError } from '@sparsek/types';
import { describe, expect, test } from 'vitest';
import { conformanceCases, referenceBackend, runConformance } from '../src/index.js';
import { mutant } from './mutant.js';

const FEW = conformanceCases({ operations: ['sddmm'] }).slice(0, 3);

/** The checks that are not about values, on some backend; those that fail. */
async function contractFailures(backend: Backend, only: string): Promise<string[]> {
  const { cases } = await runConformance(backend, { only });
  expect(cases.length).toBeGreaterThan(0);
  return cases.filter((check) => check.status === 'failed').map((check) => `${check.name}: ${check.reason}`);
}

describe('the reference backend', () => {
  test('conforms: random values', async () => {
    const { totals } = await runConformance(referenceBackend(), { only: 'random' });
    expect(totals).toEqual({ passed: 106, failed: 0, skipped: 0 });
  });

  test('conforms: wrong input', async () => {
    expect(await contractFailures(referenceBackend(), 'wrong input')).toEqual([]);
  });

  test.each(['dispos', 'abort', 'progress', 'validate: false', 'at the same time', 'new values'])(
    'conforms: %s',
    async (only) => {
      expect(await contractFailures(referenceBackend(), only)).toEqual([]);
    },
  );
});

test('behaviour is checked in a dtype that the backend has', async () => {
  const halfOnly = { ...referenceBackend(), supports: (_: string, dtype: string) => dtype === 'bf16' };
  const { totals } = await runConformance(halfOnly, { only: 'disposing twice' });
  expect(totals).toEqual({ passed: 5, failed: 0, skipped: 0 });
  expect((await runConformance(halfOnly, { only: 'one plan serves' })).totals.passed).toBe(1);
});

describe('a report', () => {
  test('is plain JSON with totals', async () => {
    const report = await runConformance(referenceBackend(), { cases: FEW, seed: 4 });
    expect(report).toMatchObject({ backend: 'reference', level: 'quick', seed: 4 });
    expect(report.totals).toEqual({ passed: 3, failed: 0, skipped: 0 });
    expect(report.cases[1]).toMatchObject({ operation: 'sddmm', kind: 'values', status: 'passed' });
    expect(report.cases[1]!.error).toBeGreaterThan(0);
    expect(report.cases[1]!.error).toBeLessThan(report.cases[1]!.bound!);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  test('is told case by case', async () => {
    const seen: string[] = [];
    const onCase = (check: { name: string }, done: number, total: number) =>
      seen.push(`${done}/${total} ${check.name}`);
    const report = await runConformance(referenceBackend(), { cases: FEW, onCase });
    expect(seen).toEqual(report.cases.map(({ name }, i) => `${i + 1}/3 ${name}`));
  });

  test('can be limited to an operation or a name', async () => {
    const one = await runConformance(referenceBackend(), { cases: FEW, only: 'all blocks' });
    expect(one.cases).toHaveLength(1);
    expect((await runConformance(referenceBackend(), { cases: FEW, only: 'spmm' })).cases).toHaveLength(0);
    expect((await runConformance(referenceBackend(), { cases: FEW, only: 'sddmm' })).cases).toHaveLength(3);
  });

  test('is given up when the signal is aborted', async () => {
    const reason = new Error('enough');
    const run = runConformance(referenceBackend(), { cases: FEW, signal: AbortSignal.abort(reason) });
    await expect(run).rejects.toBe(reason);
  });

  test('says why a case was skipped', async () => {
    const none = { ...referenceBackend(), supports: () => false };
    const report = await runConformance(none, { cases: FEW });
    expect(report.totals.skipped).toBe(3);
    expect(report.cases[0]!.reason).toBe('reference has no sddmm for f32');
    const refuses = {
      ...referenceBackend(),
      planSddmm: () => Promise.reject(new UnsupportedOperationError('no blocks of 8 x 8')),
    };
    const refused = await runConformance(refuses, { cases: FEW });
    expect(refused.cases[0]).toMatchObject({ status: 'skipped', reason: 'no blocks of 8 x 8' });
  });

  test('a crash of the backend is one failed case, not the end of the run', async () => {
    const crashes = { ...referenceBackend(), planSddmm: () => Promise.reject(new TypeError('oops')) };
    const report = await runConformance(crashes, { cases: FEW });
    expect(report.totals.failed).toBe(3);
    expect(report.cases[0]!.reason).toBe('threw TypeError: oops');
  });
});

describe('a backend that', () => {
  test('does not check its input is caught', async () => {
    const trusting = mutant({ planOptions: (options) => ({ ...options, validate: false }) });
    const failures = await contractFailures(trusting, 'wrong input');
    expect(failures.join('\n')).toMatch(/spmm: wrong input: an index beyond the columns/);
    expect(failures.join('\n')).toMatch(/attention: wrong input: mask: an index beyond the keys/);
  });

  test('answers with the wrong error is caught', async () => {
    const vague: Backend = {
      ...referenceBackend(),
      planSpmm: () => Promise.reject(new Error('bad')),
      planSddmm: () => Promise.reject(new InvalidMatrixError('no')),
    };
    const failures = await contractFailures(vague, 'an index twice');
    expect(failures.join('\n')).toMatch(/spmm: .*it threw Error: bad/);
    expect(failures.join('\n')).toMatch(/sddmm: .*the message "no" does not help/);
  });

  test('runs after it was disposed is caught', async () => {
    const immortal = mutant({ wrapPlan: (plan) => ({ ...plan, [Symbol.dispose]: () => {} }) });
    const failures = await contractFailures(immortal, 'a disposed plan does not run');
    expect(failures).toHaveLength(2);
  });

  test('hangs is caught, and the run goes on', async () => {
    const stuck = { ...referenceBackend(), planSddmm: () => new Promise<never>(() => {}) };
    const report = await runConformance(stuck, { cases: FEW, timeLimit: 0.01 });
    expect(report.totals.failed).toBe(3);
    expect(report.cases[2]!.reason).toBe('nothing came within 0.01 s');
  });

  test('fails when disposed twice is caught', async () => {
    const fragile = mutant({ wrapPlan: disposeOnce });
    expect(await contractFailures(fragile, 'disposing twice')).toHaveLength(2);
  });

  test('ignores signals is caught', async () => {
    const deaf = mutant({
      planOptions: ({ signal: _, ...options } = {}) => options,
      wrapPlan: (plan) => ({ ...plan, run: (inputs) => plan.run(inputs) }),
    });
    expect((await contractFailures(deaf, 'an aborted signal')).length).toBe(4);
  });

  test('rejects with an error of its own when aborted is caught', async () => {
    const rude = mutant({
      wrapPlan: (plan) => ({
        ...plan,
        run: (inputs, options) =>
          plan.run(inputs, options).catch(() => {
            throw new Error('aborted');
          }),
      }),
    });
    expect(await contractFailures(rude, 'the plan lives on')).toHaveLength(2);
  });

  test('mixes runs up that go on at the same time is caught', async () => {
    let latest: unknown;
    const shared = mutant({
      wrapPlan: (plan) => ({
        ...plan,
        run: async (inputs, options) => {
          latest = inputs;
          await new Promise((resolve) => setTimeout(resolve, 1));
          return plan.run(latest as typeof inputs, options);
        },
      }),
    });
    expect(await contractFailures(shared, 'at the same time')).toHaveLength(2);
  });

  test('now and then gives other bits is caught, and a second one is kept busy beside it', async () => {
    const only = 'sddmm f32: the same bits';
    let opened = 0;
    const openAnother = async () => {
      opened += 1;
      return referenceBackend();
    };
    const steady = await runConformance(referenceBackend(), { level: 'thorough', only, openAnother });
    expect([steady.totals.passed, steady.totals.failed, opened]).toEqual([1, 0, 1]);
    const base = referenceBackend();
    let runs = 0;
    const wavering: Backend = {
      ...base,
      planSddmm: async (problem) => {
        const plan = await base.planSddmm(problem);
        const run: typeof plan.run = async (inputs) => {
          const result = await plan.run(inputs);
          runs += 1;
          if (runs > 20 && runs % 7 === 0) result.output.values[3]! += 1;
          return result;
        };
        return { ...plan, run };
      },
    };
    const report = await runConformance(wavering, { level: 'thorough', only });
    expect(report.cases[0]!.reason).toMatch(/^run \d+: number 3 was .* before and is .* now$/);
  });

  test('leaves a row out that is not compared is caught', async () => {
    const peers = conformanceCases({ level: 'thorough', operations: ['attention'] });
    const sampled = peers.find(({ name }) => name === 'FlashAttention: causal, 239 x 1')!;
    expect(sampled).toMatchObject({ sampledRows: 96 });
    const lazy = mutant({
      attentionOutput: (output) => {
        // Of 956 rows every tenth is compared, this one not.
        output.o.values.fill(0x7fff, 5 * 128, 6 * 128);
        return undefined;
      },
    });
    const half = { ...sampled, dtype: 'f16' } as typeof sampled;
    expect((await runConformance(referenceBackend(), { cases: [half] })).totals.passed).toBe(1);
    const report = await runConformance(lazy, { cases: [half] });
    expect(report.cases[0]!.reason).toMatch(/^element \d+ of O is NaN$/);
  });

  test('tells a progress that falls is caught', async () => {
    const wavering = mutant({
      wrapPlan: (plan) => ({
        ...plan,
        run: (inputs, options) => {
          options?.onProgress?.(0.5);
          options?.onProgress?.(0.2);
          return plan.run(inputs, options);
        },
      }),
    });
    expect((await contractFailures(wavering, 'progress')).length).toBe(2);
  });
});

function disposeOnce<Inputs, Output>(plan: Plan<Inputs, Output>): Plan<Inputs, Output> {
  let disposed = false;
  return {
    ...plan,
    [Symbol.dispose]() {
      if (disposed) throw new Error('double free');
      disposed = true;
    },
  };
}
