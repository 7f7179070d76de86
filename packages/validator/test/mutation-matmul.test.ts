import type { DenseMatrix, SpmmInputs, SpmmProblem, Values } from '@sparsek/types';
import { describe, expect, test } from 'vitest';
import { decode, encode, referenceSpmm, roundTo } from '../src/index.js';
import { firstFailure, type Mutation } from './mutant.js';

/** Broken ways to multiply; each must be caught by some case of `spmm`. */
const MUTATIONS: Record<string, Mutation> = {
  'drops the last block': {
    spmmInputs: (inputs, { pattern }) => {
      const [height, width] = pattern.blockShape;
      const values = inputs.values.slice();
      values.fill(0, Math.max(0, values.length - height * width));
      return { ...inputs, values };
    },
  },
  'transposes the grid of blocks but not the blocks': {
    among: /transposed/,
    spmmInputs: (inputs, { pattern, transpose }) =>
      transpose === true ? { ...inputs, values: transposeBlocks(inputs.values, pattern.blockShape) } : inputs,
  },
  'does not write the last row': { spmmOutput: (output) => eraseRow(output, output.shape[0] - 1) },
  'does not write rows without blocks': {
    spmmOutput: (output, _, { pattern, transpose, side }) => {
      if (transpose === true || side === 'right') return undefined;
      for (let r = 0; r < output.shape[0]; r++) {
        const blockRow = Math.floor(r / pattern.blockShape[0]);
        if (pattern.indptr[blockRow] === pattern.indptr[blockRow + 1]) eraseRow(output, r);
      }
      return undefined;
    },
  },
  'adds up in f16': {
    among: / f16: /,
    spmmOutput: (output, inputs, problem) => inF16(output, inputs, problem),
  },
  'cuts float32 off to TF32': {
    spmmInputs: (inputs, problem) => (problem.dtype === 'f32' ? cut(inputs, 0xffffe000) : inputs),
  },
  'cuts float32 off to bf16 where TF32 is allowed': {
    among: /f32: tf32 \(/,
    spmmInputs: (inputs, problem) => (problem.dtype === 'f32' ? cut(inputs, 0xffff0000) : inputs),
  },
  'cuts results off instead of rounding them': {
    among: /result in bf16/,
    spmmOutput: (output, inputs, problem) =>
      output.dtype === 'bf16' ? truncated(output, referenceSpmm(problem, inputs)) : undefined,
  },
  'saturates instead of overflowing': {
    among: /f16: results that overflow/,
    spmmOutput: (output) => overwrite(output, (x) => Math.max(-65504, Math.min(65504, x)), 'f16'),
  },
  'flushes subnormal inputs': {
    among: /f16: subnormal times/,
    spmmInputs: (inputs, { dtype }) =>
      dtype === 'bf16' ? inputs : { ...inputs, values: map(inputs.values, dtype, (x) => flush(x, dtype)) },
  },
  'flushes subnormal results': {
    among: /f16: subnormal results/,
    spmmOutput: (output) => overwrite(output, (x) => flush(x, output.dtype), output.dtype),
  },
  'reads c although beta is 0': {
    among: /beta/,
    spmmOutput: (output, inputs) => {
      if (inputs.c === undefined || (inputs.beta ?? 0) !== 0) return undefined;
      const c = decode(inputs.c.values, inputs.c.dtype);
      return overwrite(output, (x, i) => x + 0 * c[i]!, output.dtype);
    },
  },
  'forgets the bias': {
    among: /side/,
    spmmInputs: ({ bias: _, ...inputs }) => inputs,
  },
  'hides NaN with relu': {
    among: /relu/,
    spmmOutput: (output, _, { activation }) =>
      activation === 'relu' ? overwrite(output, (x) => (Number.isNaN(x) ? 0 : x), output.dtype) : undefined,
  },
  'approximates gelu by a hyperbolic tangent': {
    among: /gelu/,
    spmmOutput: (output, inputs, problem) => {
      if (problem.activation !== 'gelu') return undefined;
      const linear = referenceSpmm({ ...problem, activation: 'none' }, inputs);
      return overwrite(output, (_, i) => tanhGelu(linear[i]!), output.dtype);
    },
  },
  'multiplies zeros with infinity outside the blocks': {
    among: /no block sees/,
    spmmOutput: (output, inputs, { side, pattern }) => {
      const dense = decode(inputs.dense.values, inputs.dense.dtype);
      const special = dense.some((x) => !Number.isFinite(x)) && inputs.dense.leadingDimension === undefined;
      return special && side !== 'right' && pattern.shape[1] > 0
        ? overwrite(output, () => Number.NaN, output.dtype)
        : undefined;
    },
  },
  'writes past the end': {
    spmmOutput: (output) => {
      const { buffer, byteOffset, length } = output.values;
      const beyond = new Uint16Array(buffer, byteOffset + length * output.values.BYTES_PER_ELEMENT);
      if (beyond.length > 0) beyond[0] = 1;
      return undefined;
    },
  },
  'writes to its input': {
    spmmOutput: (_, inputs) => {
      if (inputs.dense.values.length > 0) inputs.dense.values[0] = 0;
      return undefined;
    },
  },
  'gives another result each time': {
    spmmOutput: (output) =>
      overwrite(output, (x, i) => (i === 0 ? x * (1 + 2e-7 * ++runs) : x), output.dtype),
  },
  'ignores where the result should go': {
    spmmOutput: (output) => ({ ...output, values: output.values.slice() }),
  },
  'reports another shape': {
    spmmOutput: (output) => ({ ...output, shape: [output.shape[1], output.shape[0]] }),
  },
};

let runs = 0;

describe('a backend that', () => {
  test.each(Object.entries(MUTATIONS))('%s is caught', async (_, mutation) => {
    const failure = await firstFailure('spmm', mutation);
    expect(failure?.reason).toBeTypeOf('string');
    expect(failure?.reason).not.toMatch(/^threw/);
  });
});

function eraseRow(output: DenseMatrix, row: number): undefined {
  const columns = output.shape[1];
  const nan = output.dtype === 'f32' ? Number.NaN : encode(Float64Array.of(Number.NaN), output.dtype)[0]!;
  output.values.fill(nan, row * columns, (row + 1) * columns);
}

function overwrite(
  output: DenseMatrix,
  change: (x: number, i: number) => number,
  dtype: DenseMatrix['dtype'],
): undefined {
  if (output.dtype === dtype) output.values.set(map(output.values, dtype, change));
}

function map(values: Values, dtype: DenseMatrix['dtype'], change: (x: number, i: number) => number): Values {
  return encode(decode(values, dtype).map(change), dtype);
}

function transposeBlocks(values: Values, [height, width]: readonly [number, number]): Values {
  if (height !== width) return values;
  const area = height * width;
  return values.map((_, i) => {
    const block = Math.floor(i / area) * area;
    const inside = i - block;
    return values[block + (inside % width) * width + Math.floor(inside / width)]!;
  });
}

function inF16(output: DenseMatrix, inputs: SpmmInputs, problem: SpmmProblem): undefined {
  const plain = problem.dtype === 'f16' && problem.side !== 'right' && problem.transpose !== true;
  const simple =
    (inputs.beta ?? 0) === 0 && inputs.bias === undefined && (problem.activation ?? 'none') === 'none';
  if (!plain || !simple || (inputs.alpha ?? 1) !== 1) return;
  const [height, width] = problem.pattern.blockShape;
  const { indptr, indices } = problem.pattern;
  const sums = new Float64Array(output.values.length);
  const [m, n] = output.shape;
  const a = decode(inputs.values, 'f16');
  const b = decode(inputs.dense.values, 'f16');
  if (inputs.dense.order === 'column' || inputs.dense.leadingDimension !== undefined) return;
  for (let r = 0; r < m; r++) {
    for (let p = indptr[Math.floor(r / height)]!; p < indptr[Math.floor(r / height) + 1]!; p++) {
      for (let c = 0; c < width && indices[p]! * width + c < problem.pattern.shape[1]; c++) {
        const value = a[p * height * width + (r % height) * width + c]!;
        for (let x = 0; x < n; x++) {
          sums[r * n + x] = roundTo(sums[r * n + x]! + value * b[(indices[p]! * width + c) * n + x]!, 'f16');
        }
      }
    }
  }
  output.values.set(encode(sums, output.dtype));
}

/** Keeps the bits of A's values that the mask names. */
function cut(inputs: SpmmInputs, mask: number): SpmmInputs {
  const words = new Uint32Array(Float32Array.from(inputs.values).buffer).map((word) => word & mask);
  return { ...inputs, values: new Float32Array(words.buffer) };
}

function truncated(output: DenseMatrix, exact: Float64Array): undefined {
  const words = new Uint32Array(Float32Array.from(exact).buffer);
  output.values.set(Uint16Array.from(words, (word) => word >>> 16));
}

function flush(x: number, dtype: DenseMatrix['dtype']): number {
  return Math.abs(x) < (dtype === 'f16' ? 2 ** -14 : 2 ** -126) ? 0 : x;
}

function tanhGelu(x: number): number {
  return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}
