import type {
  Backend,
  BsrMatrix,
  DenseMatrix,
  HybridMatrix,
  OperationName,
  SddmmInputs,
  SddmmProblem,
  SpgemmProblem,
  SpgemmResult,
  Spmm24Problem,
} from '@sparsek/types';
import { describe, expect, test } from 'vitest';
import { referenceBackend } from '../src/index.js';
import { firstFailureOf } from './mutant.js';

/** Broken backends of the other operations, each with the cases that must catch it. */
const BACKENDS: Record<string, readonly [backend: Backend, operation: OperationName, among?: RegExp]> = {
  'takes the nibbles of the metadata in the wrong order': [
    withSpmm24((a) => ({ ...a, metadata: a.metadata.map((byte) => (byte >>> 4) | (byte << 4)) })),
    'spmm24',
    /positions drawn/,
  ],
  'swaps the two elements of a group': [
    withSpmm24((a) => ({ ...a, values: a.values.map((_, s) => a.values[s ^ 1]!) as Float32Array })),
    'spmm24',
  ],
  'takes every block for compressed where one is': [
    withSpmm24((a) => ('kinds' in a ? firstMetadataOnly(a) : a)),
    'spmm24',
    /f32: mixed blocks/,
  ],
  'leaves numbers in the padding of sddmm': [
    withSddmm({
      output: (output) => ({
        ...output,
        values: output.values.map((x) => (x === 0 ? 1 : x)) as Float32Array,
      }),
    }),
    'sddmm',
  ],
  'reads columns as rows in sddmm': [
    withSddmm({ inputs: (inputs) => ({ ...inputs, a: asRows(inputs.a), b: asRows(inputs.b) }) }),
    'sddmm',
    /in columns/,
  ],
  'drops blocks of zeros from a product': [withSpgemm(dropZeroBlocks), 'spgemm', /f32: products that cancel/],
  'forgets a block of a product': [
    withSpgemm((output) => {
      output.values.fill(0, Math.max(0, output.values.length - 8));
      return output;
    }),
    'spgemm',
  ],
  'gives a dense product where blocks are asked for': [
    {
      ...referenceBackend(),
      planSpgemm: (problem, options) =>
        referenceBackend().planSpgemm({ ...problem, output: 'dense' }, options),
    },
    'spgemm',
  ],
};

describe('a backend that', () => {
  test.each(Object.entries(BACKENDS))('%s is caught', async (_, [backend, operation, among]) => {
    const failure = await firstFailureOf(backend, operation, among);
    expect(failure?.reason).toBeTypeOf('string');
    expect(failure?.reason).not.toMatch(/^threw/);
  });
});

function withSpmm24(change: (a: Spmm24Problem['a']) => Spmm24Problem['a']): Backend {
  const base = referenceBackend();
  return {
    ...base,
    // Changed positions need not increase.
    planSpmm24: (problem, options) =>
      base.planSpmm24({ ...problem, a: change(problem.a) }, { ...options, validate: false }),
  };
}

function firstMetadataOnly(a: HybridMatrix): HybridMatrix {
  const length = (a.blockShape[0] * a.blockShape[1]) / 8;
  return { ...a, metadata: a.metadata.map((_, i) => a.metadata[i % length]!) };
}

function withSddmm(change: {
  readonly inputs?: (inputs: SddmmInputs) => SddmmInputs;
  readonly output?: (output: BsrMatrix) => BsrMatrix;
}): Backend {
  const base = referenceBackend();
  return {
    ...base,
    async planSddmm(problem: SddmmProblem, options) {
      const plan = await base.planSddmm(problem, options);
      return {
        ...plan,
        async run(inputs, runOptions) {
          const { output, computeMs } = await plan.run(change.inputs?.(inputs) ?? inputs, runOptions);
          const changed = change.output?.(output) ?? output;
          output.values.set(changed.values);
          return { output, computeMs };
        },
      };
    },
  };
}

function asRows({ order: _, ...matrix }: DenseMatrix): DenseMatrix {
  return { ...matrix, leadingDimension: matrix.shape[1] };
}

function withSpgemm(change: (output: SpgemmResult) => SpgemmResult): Backend {
  const base = referenceBackend();
  return {
    ...base,
    async planSpgemm(problem: SpgemmProblem, options) {
      const plan = await base.planSpgemm(problem, options);
      return {
        ...plan,
        async run(inputs, runOptions) {
          const { output, computeMs } = await plan.run(inputs, runOptions);
          return { output: change(output), computeMs };
        },
      };
    },
  };
}

function dropZeroBlocks(output: SpgemmResult): SpgemmResult {
  if (!('indptr' in output) || output.values.some((x) => x !== 0)) return output;
  return {
    ...output,
    indptr: new Int32Array(output.indptr.length),
    indices: new Int32Array(0),
    values: output.values.slice(0, 0),
  };
}
