import { DisposedError, InvalidArgumentError, InvalidMatrixError } from '@sparsek/types';
import { describe, expect, test } from 'vitest';
import { buildSpmm, referenceBackend, type SpmmCase } from '../src/index.js';

/** Long enough to be interrupted: 64 million multiplications. */
const LONG: SpmmCase = {
  name: 'long',
  operation: 'spmm',
  seed: 1,
  dtype: 'f32',
  pattern: { shape: [400, 400], blockShape: [400, 400], indptr: [0, 1], indices: [0] },
  denseExtent: 400,
  a: {},
  dense: {},
};

describe('the reference backend', () => {
  test('lets the event loop turn, tells its progress, and stops when aborted', async () => {
    const { problem, inputs } = buildSpmm(LONG);
    using plan = await referenceBackend().planSpmm(problem);
    const controller = new AbortController();
    const reason = new Error('enough');
    let turns = 0;
    const timer = setInterval(() => {
      if (++turns === 2) controller.abort(reason);
    }, 1);
    const shares: number[] = [];
    const run = plan.run(inputs, { signal: controller.signal, onProgress: (share) => shares.push(share) });
    await expect(run).rejects.toBe(reason);
    clearInterval(timer);
    expect(turns).toBeGreaterThanOrEqual(2);
    expect(shares.length).toBeGreaterThan(0);
    expect(shares.at(-1)).toBeLessThan(1);
  });

  test('is disposed with all its plans', async () => {
    const backend = referenceBackend();
    const { problem, inputs } = buildSpmm({ ...LONG, denseExtent: 1 });
    const plan = await backend.planSpmm(problem);
    backend[Symbol.dispose]();
    await expect(plan.run(inputs)).rejects.toThrow(DisposedError);
    await expect(backend.planSpmm(problem)).rejects.toThrow(DisposedError);
  });

  test('has every operation in every dtype, and says that it is slow', () => {
    const backend = referenceBackend();
    expect(backend.name).toBe('reference');
    expect(backend.device).toMatch(/slow/);
    expect(backend.supports('attention', 'bf16')).toBe(true);
  });

  test('says what is wrong and what would be right', async () => {
    const backend = referenceBackend();
    const { problem, inputs } = buildSpmm(LONG);
    const broken = { ...problem, pattern: { ...problem.pattern, indices: Int32Array.of(3) } };
    const error: unknown = await backend.planSpmm(broken).catch((reason: unknown) => reason);
    expect(InvalidMatrixError.isInstance(error) && error.position).toBe(0);
    using plan = await backend.planSpmm(problem);
    const short = plan.run({ ...inputs, bias: new Float32Array(3) });
    await expect(short).rejects.toThrow(
      new InvalidArgumentError('bias', 'a Float32Array of length 400', new Float32Array(3)).message,
    );
  });
});
