import type { BsrPattern, SpgemmInputs, SpgemmProblem } from '@sparsek/types';
import { decode } from '../numeric/values.js';
import { runSteps, type Steps } from './steps.js';
import { blockElements, visitBlocks } from './stored-elements.js';

/** The float64 result of `spgemm`, before rounding. */
export interface SpgemmReference {
  /** Every block that has at least one product of blocks. */
  readonly pattern: BsrPattern;
  /** In the order of the pattern's blocks; zero outside the shape. */
  readonly values: Float64Array;
}

/** `spgemm` in float64, not rounded, as BSR whatever the output that the problem asks for. */
export function referenceSpgemm(problem: SpgemmProblem, inputs: SpgemmInputs): SpgemmReference {
  return runSteps(spgemmSteps(problem, inputs));
}

export function* spgemmSteps(problem: SpgemmProblem, inputs: SpgemmInputs): Steps<SpgemmReference> {
  const { a, b } = problem;
  const pattern = productPattern(a, b);
  const values = new Float64Array(pattern.indices.length * pattern.blockShape[0] * pattern.blockShape[1]);
  const aElements = blockElements(a, decode(inputs.aValues, problem.dtype));
  const bRows = elementsByRow(b, decode(inputs.bValues, problem.dtype));
  const positions = positionsByRow(pattern);
  for (let e = 0; e < aElements.values.length; e++) {
    const row = positions[aElements.rows[e]!]!;
    const value = (inputs.alpha ?? 1) * aElements.values[e]!;
    for (const [column, factor] of bRows[aElements.columns[e]!]!) values[row.get(column)!]! += value * factor;
    if (e % 1024 === 0) yield e / aElements.values.length;
  }
  return { pattern, values };
}

/** The dense matrix of a block-sparse one, in row order. */
export function blocksToDense(pattern: BsrPattern, values: Float64Array): Float64Array {
  const dense = new Float64Array(pattern.shape[0] * pattern.shape[1]);
  visitBlocks(pattern, (row, column, position) => {
    dense[row * pattern.shape[1] + column] = values[position]!;
  });
  return dense;
}

/** C's blocks: block (r, c) is there when some A block (r, k) and some B block (k, c) are. */
export function productPattern(a: BsrPattern, b: BsrPattern): BsrPattern {
  const indptr = [0];
  const indices: number[] = [];
  for (let r = 0; r + 1 < a.indptr.length; r++) {
    const columns = new Set<number>();
    for (const k of a.indices.subarray(a.indptr[r], a.indptr[r + 1])) {
      for (const c of b.indices.subarray(b.indptr[k], b.indptr[k + 1])) columns.add(c);
    }
    indices.push(...[...columns].sort((x, y) => x - y));
    indptr.push(indices.length);
  }
  return {
    shape: [a.shape[0], b.shape[1]],
    blockShape: [a.blockShape[0], b.blockShape[1]],
    indptr: Int32Array.from(indptr),
    indices: Int32Array.from(indices),
  };
}

/** For every row of a matrix, its stored elements as [column, value]. */
function elementsByRow(pattern: BsrPattern, values: Float64Array): [number, number][][] {
  const rows: [number, number][][] = Array.from({ length: pattern.shape[0] }, () => []);
  visitBlocks(pattern, (row, column, position) => rows[row]!.push([column, values[position]!]));
  return rows;
}

/** For every row of a matrix, where the element of a column is stored. */
function positionsByRow(pattern: BsrPattern): Map<number, number>[] {
  const rows = Array.from({ length: pattern.shape[0] }, () => new Map<number, number>());
  visitBlocks(pattern, (row, column, position) => rows[row]!.set(column, position));
  return rows;
}
