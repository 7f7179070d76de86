import { createPhilox } from '@sparsek/bsr';
import type {
  BsrPattern,
  DenseMatrix,
  Dtype,
  HybridMatrix,
  SddmmInputs,
  SddmmProblem,
  Shape,
  Sparse24Matrix,
  SpgemmInputs,
  SpgemmProblem,
  Spmm24Inputs,
  Spmm24Problem,
  SpmmInputs,
  SpmmProblem,
} from '@sparsek/types';
import { visitBlocks } from '../reference/stored-elements.js';
import {
  type DenseSpec,
  type PatternSpec,
  type PositionsSpec,
  type SddmmCase,
  type SpgemmCase,
  type Spmm24Case,
  type SpmmCase,
  VALUE_STREAMS,
  type ValueSpec,
} from './case.js';
import { type Guarded, guardedInput, guardedOutput } from './guarded.js';
import { drawNumbers } from './values.js';

/** A case as the arguments of a backend. `guards` watch over every array of values. */
export interface Built<Problem, Inputs> {
  readonly problem: Problem;
  /** Without `out`. */
  readonly inputs: Inputs;
  readonly guards: readonly Guarded[];
}

type WithoutOut<Inputs> = Omit<Inputs, 'out'>;

export function buildPattern(spec: PatternSpec): BsrPattern {
  return { ...spec, indptr: Int32Array.from(spec.indptr), indices: Int32Array.from(spec.indices) };
}

export function buildSpmm(testCase: SpmmCase): Built<SpmmProblem, WithoutOut<SpmmInputs>> {
  const { dtype, side = 'left', transpose = false, denseExtent } = testCase;
  const pattern = buildPattern(testCase.pattern);
  const [m, k] = pattern.shape;
  const a = storedValues(pattern, testCase.a, testCase.seed, VALUE_STREAMS.a);
  const values = guardedInput(a, dtype, 'values');
  const shape: Shape = transpose ? [k, m] : [m, k];
  const epilogue = buildEpilogue(testCase, shape, side);
  return {
    problem: {
      pattern,
      dtype,
      denseExtent,
      ...pick(testCase, ['side', 'transpose', 'outputDtype', 'activation', 'precision']),
    },
    inputs: { values: values.values, ...epilogue.inputs },
    guards: [values, ...epilogue.guards],
  };
}

export function buildSpmm24(testCase: Spmm24Case): Built<Spmm24Problem, WithoutOut<Spmm24Inputs>> {
  const { structure, denseExtent } = testCase;
  const { matrix, guard } =
    structure.format === 'hybrid'
      ? buildHybrid(testCase, buildPattern(structure.pattern), structure.kinds)
      : buildSparse24(testCase, structure.shape);
  const epilogue = buildEpilogue(testCase, matrix.shape, 'left');
  return {
    problem: { a: matrix, denseExtent, ...pick(testCase, ['outputDtype', 'activation']) },
    inputs: epilogue.inputs,
    guards: [guard, ...epilogue.guards],
  };
}

export function buildSddmm(testCase: SddmmCase): Built<SddmmProblem, WithoutOut<SddmmInputs>> {
  const { dtype, inner, seed } = testCase;
  const pattern = buildPattern(testCase.pattern);
  const a = buildDense([pattern.shape[0], inner], dtype, testCase.a, seed, 'a');
  const b = buildDense([inner, pattern.shape[1]], dtype, testCase.b, seed, 'b');
  return {
    problem: { pattern, dtype, inner, ...pick(testCase, ['outputDtype']) },
    inputs: { a: a.matrix, b: b.matrix, ...pick(testCase, ['alpha']) },
    guards: [a.guard, b.guard],
  };
}

export function buildSpgemm(testCase: SpgemmCase): Built<SpgemmProblem, SpgemmInputs> {
  const { dtype, seed } = testCase;
  const a = buildPattern(testCase.a);
  const b = buildPattern(testCase.b);
  const aValues = guardedInput(storedValues(a, testCase.aValues, seed, VALUE_STREAMS.a), dtype, 'aValues');
  const bValues = guardedInput(storedValues(b, testCase.bValues, seed, VALUE_STREAMS.b), dtype, 'bValues');
  return {
    problem: { a, b, dtype, output: testCase.output, ...pick(testCase, ['outputDtype']) },
    inputs: { aValues: aValues.values, bValues: bValues.values, ...pick(testCase, ['alpha']) },
    guards: [aValues, bValues],
  };
}

function buildEpilogue(
  testCase: SpmmCase | Spmm24Case,
  shape: Shape,
  side: 'left' | 'right',
): { inputs: WithoutOut<Spmm24Inputs>; guards: Guarded[] } {
  const { dtype, denseExtent: n, seed } = testCase;
  const denseShape: Shape = side === 'left' ? [shape[1], n] : [n, shape[0]];
  const outShape: Shape = side === 'left' ? [shape[0], n] : [n, shape[1]];
  const dense = buildDense(denseShape, dtype, testCase.dense, seed, 'b');
  const guards = [dense.guard];
  const inputs = { dense: dense.matrix, ...pick(testCase, ['alpha', 'beta']) };
  let c: DenseMatrix | undefined;
  if (testCase.c !== undefined) {
    const built = buildDense(outShape, testCase.outputDtype ?? dtype, testCase.c, seed, 'c');
    c = built.matrix;
    if (testCase.inPlace !== true) guards.push(built.guard);
  }
  let bias: Float32Array | undefined;
  if (testCase.bias !== undefined) {
    const count = side === 'left' ? shape[0] : shape[1];
    const guard = guardedInput(drawNumbers(count, testCase.bias, seed, VALUE_STREAMS.bias), 'f32', 'bias');
    guards.push(guard);
    bias = guard.values as Float32Array;
  }
  return { inputs: { ...inputs, ...(c && { c }), ...(bias && { bias }) }, guards };
}

function buildDense(
  shape: Shape,
  dtype: Dtype,
  spec: DenseSpec,
  seed: number,
  name: 'a' | 'b' | 'c',
): { matrix: DenseMatrix; guard: Guarded } {
  const [rows, columns] = shape;
  const { order = 'row', padding = 0 } = spec;
  const [lines, lineLength] = order === 'row' ? [rows, columns] : [columns, rows];
  const leadingDimension = lineLength + padding;
  const numbers = drawNumbers(rows * columns, spec, seed, VALUE_STREAMS[name]);
  const length = lines === 0 || lineLength === 0 ? 0 : (lines - 1) * leadingDimension + lineLength;
  const laidOut = new Float64Array(length).fill(Number.NaN);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const place = order === 'row' ? r * leadingDimension + c : c * leadingDimension + r;
      laidOut[place] = numbers[r * columns + c]!;
    }
  }
  const guard = guardedInput(laidOut, dtype, name);
  const layout = { ...(spec.order && { order }), ...(padding > 0 && { leadingDimension }) };
  return { matrix: { shape, dtype, values: guard.values, ...layout }, guard };
}

/** Draws for every stored value; those outside the shape are 0. */
function storedValues(pattern: BsrPattern, spec: ValueSpec, seed: number, stream: number): Float64Array {
  const count = pattern.indices.length * pattern.blockShape[0] * pattern.blockShape[1];
  const drawn = drawNumbers(count, spec, seed, stream);
  const kept = new Float64Array(count);
  visitBlocks(pattern, (_, __, position) => {
    kept[position] = drawn[position]!;
  });
  return kept;
}

const PAIRS = [
  [0, 1],
  [0, 2],
  [0, 3],
  [1, 2],
  [1, 3],
  [2, 3],
] as const;

/** Two positions for every group of four. */
function drawPositions(groups: number, spec: PositionsSpec, seed: number): (readonly [number, number])[] {
  const philox = createPhilox(seed, VALUE_STREAMS.positions);
  return Array.from({ length: groups }, (_, g) => (spec === 'drawn' ? PAIRS[philox.below(g, 6)]! : spec));
}

/** Two groups a byte, the lower one in the low nibble; the first position in a nibble's low bits. */
function packPositions(positions: readonly (readonly [number, number])[]): Uint8Array {
  const nibble = (g: number) => positions[g]![0] + 4 * positions[g]![1];
  return Uint8Array.from({ length: positions.length / 2 }, (_, i) => nibble(2 * i) + 16 * nibble(2 * i + 1));
}

function buildSparse24(testCase: Spmm24Case, shape: Shape): { matrix: Sparse24Matrix; guard: Guarded } {
  const { dtype, seed } = testCase;
  const count = (shape[0] * shape[1]) / 2;
  const guard = guardedInput(drawNumbers(count, testCase.a, seed, VALUE_STREAMS.a), dtype, 'a.values');
  const metadata = packPositions(drawPositions(count / 2, testCase.positions, seed));
  return { matrix: { shape, dtype, values: guard.values, metadata }, guard };
}

function buildHybrid(
  testCase: Spmm24Case,
  pattern: BsrPattern,
  kinds: readonly number[],
): { matrix: HybridMatrix; guard: Guarded } {
  const { dtype, seed } = testCase;
  const [height, width] = pattern.blockShape;
  const area = height * width;
  const compressed = kinds.filter((kind) => kind === 1).length;
  const count = (kinds.length - compressed) * area + (compressed * area) / 2;
  const numbers = drawNumbers(count, testCase.a, seed, VALUE_STREAMS.a);
  const positions = drawPositions((compressed * area) / 4, testCase.positions, seed);
  let value = 0;
  let group = 0;
  const rowOf = Array.from(pattern.indices, (_, p) => pattern.indptr.findIndex((start) => start > p) - 1);
  for (const [p, kind] of kinds.entries()) {
    for (let s = 0; s < (kind === 1 ? area / 2 : area); s++) {
      const place = kind === 1 ? 4 * Math.floor(s / 2) + positions[group + Math.floor(s / 2)]![s % 2]! : s;
      const row = rowOf[p]! * height + Math.floor(place / width);
      const column = pattern.indices[p]! * width + (place % width);
      if (row >= pattern.shape[0] || column >= pattern.shape[1]) numbers[value] = 0;
      value++;
    }
    if (kind === 1) group += area / 4;
  }
  const guard = guardedInput(numbers, dtype, 'a.values');
  const metadata = packPositions(positions);
  return {
    matrix: { ...pattern, dtype, kinds: Uint8Array.from(kinds), values: guard.values, metadata },
    guard,
  };
}

/** Memory for the result of `spmm` or `spmm24`: NaN, or C's values when the case asks for its memory. */
export function buildDenseOutput(
  testCase: SpmmCase | Spmm24Case,
  inputs: WithoutOut<Spmm24Inputs>,
  shape: Shape,
): { out: DenseMatrix; guard: Guarded; c?: DenseMatrix } {
  const dtype = testCase.outputDtype ?? testCase.dtype;
  const inPlace = testCase.inPlace === true && inputs.c !== undefined;
  const numbers = inPlace
    ? drawNumbers(shape[0] * shape[1], testCase.c ?? {}, testCase.seed, VALUE_STREAMS.c)
    : undefined;
  const guard = guardedOutput(shape[0] * shape[1], dtype, numbers);
  const out: DenseMatrix = { shape, dtype, values: guard.values };
  return inPlace ? { out, guard, c: out } : { out, guard };
}

/** The named properties that are there, since an optional property may not be undefined. */
export function pick<T extends object, K extends keyof T>(source: T, names: readonly K[]): Pick<T, K> {
  return Object.fromEntries(
    names.filter((name) => name in source).map((name) => [name, source[name]]),
  ) as Pick<T, K>;
}
