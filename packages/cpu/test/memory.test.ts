import { openCpuBackend } from '@sparsek/cpu';
import { InvalidArgumentError, InvalidMaskError, InvalidMatrixError } from '@sparsek/types';
import { expect, it } from 'vitest';
import { describeNative } from './backend.js';
import { attentionInputs, attentionProblem, causalMask, spmmInputs, spmmProblem } from './problems.js';

const problem = spmmProblem(96, 16, 20);

/** A copy over another kind of buffer. */
function over(buffer: ArrayBufferLike, values: Float32Array): Float32Array {
  const copy = new Float32Array(buffer, 0, values.length);
  copy.set(values);
  return copy;
}

describeNative('memory', () => {
  it('computes in shared memory as in any other', async () => {
    using backend = openCpuBackend();
    using plan = await backend.planSpmm(problem);
    const inputs = spmmInputs(problem);
    const values = inputs.values as Float32Array;
    const { output } = await plan.run(inputs);
    const shared = over(new SharedArrayBuffer(values.byteLength), values);
    const out = new Float32Array(new SharedArrayBuffer(output.values.byteLength)).fill(Number.NaN);
    const target = { shape: output.shape, dtype: 'f32' as const, values: out };
    const result = await plan.run({ ...inputs, values: shared, out: target });
    expect(result.output).toBe(target);
    expect([...out]).toEqual([...output.values]);
  });

  it('writes over C in place, and refuses every other overlap', async () => {
    using backend = openCpuBackend();
    using plan = await backend.planSpmm(problem);
    const inputs = spmmInputs(problem);
    const ones = () => ({
      shape: [96, 20] as const,
      dtype: 'f32' as const,
      values: new Float32Array(1920).fill(1),
    });
    const apart = await plan.run({ ...inputs, beta: 2, c: ones() });
    const place = ones();
    await plan.run({ ...inputs, beta: 2, c: place, out: place });
    expect(place.values).toEqual(apart.output.values);

    const { dense } = inputs;
    await expect(plan.run({ ...inputs, out: { ...dense, values: dense.values } })).rejects.toThrow(
      'memory that overlaps dense',
    );
    const long = new Float32Array(1921);
    const shifted = { ...ones(), values: long.subarray(1) };
    const first = { ...ones(), values: long.subarray(0, 1920) };
    await expect(plan.run({ ...inputs, beta: 1, c: first, out: shifted })).rejects.toThrow(
      InvalidArgumentError,
    );
  });

  it('refuses detached and resizable buffers', async () => {
    using backend = openCpuBackend();
    using plan = await backend.planSpmm(problem);
    const inputs = spmmInputs(problem);
    const values = inputs.values as Float32Array;
    const gone = values.slice();
    structuredClone(gone.buffer, { transfer: [gone.buffer] });
    await expect(plan.run({ ...inputs, values: gone })).rejects.toThrow(
      `Expected a Float32Array of length ${values.length} for values but received Float32Array of length 0`,
    );
    const Resizable = ArrayBuffer as unknown as new (
      length: number,
      options: { maxByteLength: number },
    ) => ArrayBuffer;
    const resizable = over(new Resizable(values.byteLength, { maxByteLength: values.byteLength }), values);
    await expect(plan.run({ ...inputs, values: resizable })).rejects.toThrow('a buffer of fixed length');
  });

  it('keeps its own copy of the structure', async () => {
    using backend = openCpuBackend();
    const { pattern } = problem;
    const mine = { ...pattern, indices: pattern.indices.slice(), indptr: pattern.indptr.slice() };
    using plan = await backend.planSpmm({ ...problem, pattern: mine });
    const { output } = await plan.run(spmmInputs(problem));
    mine.indices.fill(1 << 30);
    mine.indptr.fill(-1);
    expect((await plan.run(spmmInputs(problem))).output.values).toEqual(output.values);
  });

  it('refuses a malformed structure even where the caller opted out of the checks', async () => {
    using backend = openCpuBackend();
    const unchecked = { validate: false };
    const { pattern } = problem;
    const indices = pattern.indices.slice();
    indices[3] = 6;
    await expect(
      backend.planSpmm({ ...problem, pattern: { ...pattern, indices } }, unchecked),
    ).rejects.toThrow(InvalidMatrixError);
    const indptr = pattern.indptr.slice();
    indptr[1] = 1 << 29;
    await expect(
      backend.planSpmm({ ...problem, pattern: { ...pattern, indptr } }, unchecked),
    ).rejects.toThrow(InvalidMatrixError);
    const mask = { ...causalMask(64), headMap: Int32Array.of(7) };
    await expect(backend.planAttention({ ...attentionProblem(64, 8), mask }, unchecked)).rejects.toThrow(
      InvalidMaskError,
    );
  });

  it('refuses a result that lies in an operand of attention', async () => {
    using backend = openCpuBackend();
    const attention = attentionProblem(64, 8);
    using plan = await backend.planAttention(attention);
    const inputs = attentionInputs(attention);
    await expect(plan.run({ ...inputs, out: inputs.v })).rejects.toThrow('memory that overlaps v');
  });
});
