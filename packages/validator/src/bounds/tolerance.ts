import type {
  DenseMatrix,
  Dtype,
  SddmmInputs,
  SddmmProblem,
  SpgemmInputs,
  SpgemmProblem,
  Spmm24Inputs,
  Spmm24Problem,
  SpmmInputs,
  SpmmProblem,
  Values,
} from '@sparsek/types';
import { FLOAT_FORMATS } from '../numeric/round.js';
import { decode, encode } from '../numeric/values.js';
import { packedRows } from '../reference/dense.js';
import { referenceSddmm } from '../reference/sddmm.js';
import { referenceSpgemm } from '../reference/spgemm.js';
import { referenceSpmm } from '../reference/spmm.js';
import { referenceSpmm24 } from '../reference/spmm24.js';
import { accumulationError, inputError, roundingError } from './rounding.js';

/**
 * For each element of a result, how far correct code in the same precision may be from the exact result, known before
 * anything is run: rounding of the float32 sum, of the epilogue and of the output.
 *
 * The sum's error is relative to the same sum of absolute values, which is the reference run on absolute values.
 */
export function spmmTolerance(
  problem: SpmmProblem,
  inputs: SpmmInputs,
  reference: Float64Array,
): Float64Array {
  const magnitudes = referenceSpmm(
    { ...problem, activation: 'none' },
    { ...absoluteEpilogue(inputs), values: absolute(inputs.values, problem.dtype) },
  );
  const [m, k] = problem.pattern.shape;
  return productTolerance(problem, problem.dtype, problem.transpose === true ? m : k, magnitudes, reference);
}

export function spmm24Tolerance(
  problem: Spmm24Problem,
  inputs: Spmm24Inputs,
  reference: Float64Array,
): Float64Array {
  const { a } = problem;
  const positive = { ...a, values: absolute(a.values, a.dtype) };
  const magnitudes = referenceSpmm24(
    { ...problem, a: positive, activation: 'none' },
    absoluteEpilogue(inputs),
  );
  return productTolerance(problem, a.dtype, a.shape[1], magnitudes, reference);
}

export function sddmmTolerance(
  problem: SddmmProblem,
  inputs: SddmmInputs,
  reference: Float64Array,
): Float64Array {
  const magnitudes = referenceSddmm(problem, {
    a: absoluteMatrix(inputs.a),
    b: absoluteMatrix(inputs.b),
    alpha: Math.abs(inputs.alpha ?? 1),
  });
  return productTolerance(problem, problem.dtype, problem.inner, magnitudes, reference);
}

export function spgemmTolerance(
  problem: SpgemmProblem,
  inputs: SpgemmInputs,
  reference: Float64Array,
): Float64Array {
  const { values: magnitudes } = referenceSpgemm(problem, {
    aValues: absolute(inputs.aValues, problem.dtype),
    bValues: absolute(inputs.bValues, problem.dtype),
    alpha: Math.abs(inputs.alpha ?? 1),
  });
  return productTolerance(problem, problem.dtype, problem.a.shape[1], magnitudes, reference);
}

/** The derivative of gelu is at most 1.13, of silu 1.10. */
const STEEPEST_ACTIVATION = 1.13;

/** Relative to its argument, the error that an activation evaluated in float32 may have by itself. */
const ACTIVATION_ERROR = 2 ** -20;

function productTolerance(
  problem: Pick<SpmmProblem, 'activation' | 'outputDtype' | 'precision'>,
  dtype: Dtype,
  terms: number,
  magnitudes: Float64Array,
  reference: Float64Array,
): Float64Array {
  const activation = problem.activation ?? 'none';
  const curved = activation === 'gelu' || activation === 'silu';
  const slope = curved ? STEEPEST_ACTIVATION : 1;
  const own = curved ? ACTIVATION_ERROR : 0;
  const relative = slope * (accumulationError(terms, dtype) + inputError(dtype, problem.precision)) + own;
  // A product below the normal range of float32 rounds to a multiple of the smallest positive number.
  const underflow = slope * (terms + 2) * FLOAT_FORMATS.f32.smallest;
  return reference.map(
    (r, i) => magnitudes[i]! * relative + underflow + roundingError(r, problem.outputDtype ?? dtype),
  );
}

function absoluteEpilogue(inputs: Omit<SpmmInputs, 'values'>): Omit<SpmmInputs, 'values'> {
  return {
    dense: absoluteMatrix(inputs.dense),
    alpha: Math.abs(inputs.alpha ?? 1),
    beta: Math.abs(inputs.beta ?? 0),
    ...(inputs.c === undefined ? {} : { c: absoluteMatrix(inputs.c) }),
    ...(inputs.bias === undefined ? {} : { bias: inputs.bias.map(Math.abs) }),
  };
}

/** A packed copy with absolute values; the matrix may lie inside a larger one. */
function absoluteMatrix(matrix: DenseMatrix): DenseMatrix {
  const { shape, dtype } = matrix;
  return { shape, dtype, values: encode(packedRows(matrix).map(Math.abs), dtype) };
}

function absolute(values: Values, dtype: Dtype): Values {
  return encode(decode(values, dtype).map(Math.abs), dtype);
}
