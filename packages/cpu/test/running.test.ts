import { getEventListeners } from 'node:events';
import { openCpuBackend } from '@sparsek/cpu';
import { type AttentionInputs, DisposedError, InvalidArgumentError } from '@sparsek/types';
import { expect, it } from 'vitest';
import { describeNative } from './backend.js';
import { attentionInputs, attentionProblem, spmmInputs, spmmProblem } from './problems.js';

/** Seconds of work on any machine, if nobody stopped it. */
const LONG = attentionProblem(32_768, 128, 4);

/** Zeros: how long the work takes does not depend on the numbers. */
function longInputs(): AttentionInputs {
  const shape = [1, 4, 32_768, 128] as const;
  const tensor = () => ({ shape, dtype: 'f32' as const, values: new Float32Array(4 * 32_768 * 128) });
  return { q: tensor(), k: tensor(), v: tensor() };
}

describeNative('running', () => {
  it('gives the same bits on one thread and on many', async () => {
    using one = openCpuBackend({ threads: 1 });
    using many = openCpuBackend({ threads: 5 });
    const product = spmmProblem(520, 40, 100);
    const attention = attentionProblem(300, 24, 3);
    const results = await Promise.all(
      [one, many, many].map(async (backend) => {
        using spmm = await backend.planSpmm(product);
        using attend = await backend.planAttention(attention);
        const c = await spmm.run(spmmInputs(product));
        const o = await attend.run({ ...attentionInputs(attention), lse: true });
        return [c.output.values, o.output.o.values, o.output.lse];
      }),
    );
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  it('computes small work at once, in place or not with the same bits', async () => {
    using usual = openCpuBackend();
    using handing = openCpuBackend({ inPlace: false });
    const product = spmmProblem(64, 16, 8);
    const attention = attentionProblem(30, 16, 1);
    const results = await Promise.all(
      [usual, handing].map(async (backend) => {
        using spmm = await backend.planSpmm(product);
        using attend = await backend.planAttention(attention);
        const { output: c } = await spmm.run(spmmInputs(product));
        const { output: o } = await attend.run(attentionInputs(attention));
        return [c.values, o.o.values];
      }),
    );
    expect(results[1]).toEqual(results[0]);

    using plan = await usual.planSpmm(product);
    const values = new Float32Array(64 * 8).fill(Number.NaN);
    const run = plan.run({ ...spmmInputs(product), out: { shape: [64, 8], dtype: 'f32', values } });
    expect(values).toEqual(results[0]![0]);
    await run;
  });

  it('keeps the event loop turning, reports progress, and stops within 50 ms of an abort', async () => {
    const threads = 2;
    using backend = openCpuBackend({ threads });
    using plan = await backend.planAttention(LONG);
    const inputs = longInputs();
    const controller = new AbortController();
    const reason = new Error('enough');
    const fractions: number[] = [];
    let turns = 0;
    const ticking = setInterval(() => turns++, 5);
    const run = plan.run(inputs, {
      signal: controller.signal,
      onProgress: (fraction) => fractions.push(fraction),
    });
    const failure = run.then(
      () => undefined,
      (error: unknown) => error,
    );
    let ended = false;
    void failure.then(() => {
      ended = true;
    });
    while (!ended && (turns < 10 || fractions.length < 2))
      await new Promise((resolve) => setTimeout(resolve, 1));
    const before = process.cpuUsage();
    controller.abort(reason);
    expect(await failure).toBe(reason);
    // By the processor's clock, since other work may have the processors at this moment.
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(threads * 50);
    clearInterval(ticking);
    expect(turns).toBeGreaterThanOrEqual(10);
    expect(fractions.length).toBeGreaterThanOrEqual(2);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.every((fraction) => fraction >= 0 && fraction < 1)).toBe(true);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('stops a run that has not started yet, and lets later ones go on', async () => {
    using backend = openCpuBackend({ threads: 1 });
    using plan = await backend.planAttention(LONG);
    const first = new AbortController();
    const second = new AbortController();
    const inputs = longInputs();
    const running = plan.run(inputs, { signal: first.signal }).catch((error: Error) => error.name);
    const queued = plan.run(inputs, { signal: second.signal }).catch((error: Error) => error.name);
    second.abort();
    expect(await queued).toBe('AbortError');
    first.abort();
    expect(await running).toBe('AbortError');
    const small = spmmProblem(64, 16, 8);
    using product = await backend.planSpmm(small);
    expect((await product.run(spmmInputs(small))).output.shape).toEqual([64, 8]);
  });

  it('rejects with the reason of a signal that is aborted from the start', async () => {
    using backend = openCpuBackend();
    const problem = spmmProblem(64, 16, 8);
    const signal = AbortSignal.abort(new Error('never'));
    await expect(backend.planSpmm(problem, { signal })).rejects.toThrow('never');
    using plan = await backend.planSpmm(problem);
    await expect(plan.run(spmmInputs(problem), { signal })).rejects.toThrow('never');
  });

  it('ends runs in flight well when their plan is disposed, and refuses new ones', async () => {
    using backend = openCpuBackend();
    const problem = spmmProblem(1024, 32, 256);
    const plan = await backend.planSpmm(problem);
    const inputs = spmmInputs(problem);
    const { output } = await plan.run(inputs);
    const pending = plan.run(inputs);
    plan[Symbol.dispose]();
    plan[Symbol.dispose]();
    expect((await pending).output.values).toEqual(output.values);
    await expect(plan.run(inputs)).rejects.toBeInstanceOf(DisposedError);
  });

  it('refuses work after the backend is disposed', async () => {
    const backend = openCpuBackend();
    const problem = spmmProblem(64, 16, 8);
    const plan = await backend.planSpmm(problem);
    backend[Symbol.dispose]();
    await expect(backend.planSpmm(problem)).rejects.toBeInstanceOf(DisposedError);
    await expect(plan.run(spmmInputs(problem))).rejects.toBeInstanceOf(DisposedError);
  });

  it('names device, kernel and times', async () => {
    using backend = openCpuBackend({ threads: 1, instructionSet: 'generic' });
    expect(backend.device).toMatch(/, 1 thread, generic code$/);
    const problem = spmmProblem(64, 16, 8);
    using plan = await backend.planSpmm(problem);
    expect(plan.kernel).toBe('spmm-generic');
    expect(plan.planMs).toBeGreaterThan(0);
    expect((await plan.run(spmmInputs(problem))).computeMs).toBeGreaterThan(0);
  });

  it('refuses options that this machine does not have', () => {
    expect(() => openCpuBackend({ threads: 0 })).toThrow(InvalidArgumentError);
    expect(() => openCpuBackend({ threads: 1.5 })).toThrow(
      'Expected an integer from 1 to 256 for threads but received 1.5',
    );
    // @ts-expect-error: not a boolean.
    expect(() => openCpuBackend({ inPlace: 1 })).toThrow('Expected true or false for inPlace but received 1');
    // @ts-expect-error: not one of the names.
    expect(() => openCpuBackend({ instructionSet: 'sse9' })).toThrow(InvalidArgumentError);
  });
});
