import type { BsrPattern, SddmmProblem, SpgemmProblem, Spmm24Problem, SpmmProblem } from '@sparsek/types';

/** A planned product, with the name of its operation. */
export type ProductProblem =
  | ({ readonly operation: 'spmm' } & Pick<SpmmProblem, 'pattern' | 'denseExtent'>)
  | ({ readonly operation: 'sddmm' } & Pick<SddmmProblem, 'pattern' | 'inner'>)
  | ({ readonly operation: 'spgemm' } & Pick<SpgemmProblem, 'a' | 'b'>)
  | ({ readonly operation: 'spmm24' } & Pick<Spmm24Problem, 'a' | 'denseExtent'>);

/**
 * Floating-point operations that the stored values need: two (multiply and add) for each stored value within the shape
 * and each of its partners. Zeros of stored blocks count, since they are stored; padding of edge blocks does not.
 */
export function usefulFlops(problem: ProductProblem): number {
  switch (problem.operation) {
    case 'spmm':
      return 2 * storedElements(problem.pattern) * problem.denseExtent;
    case 'sddmm':
      return 2 * storedElements(problem.pattern) * problem.inner;
    case 'spgemm':
      return 2 * productCount(problem.a, problem.b);
    case 'spmm24':
      return 2 * structuredElements(problem.a) * problem.denseExtent;
  }
}

/** Stored elements that lie within the shape. */
function storedElements(pattern: BsrPattern): number {
  let elements = 0;
  const widths = blockWidths(pattern);
  for (let r = 0; r + 1 < pattern.indptr.length; r++) {
    let rowWidth = 0;
    for (let p = pattern.indptr[r]!; p < pattern.indptr[r + 1]!; p++) rowWidth += widths(pattern.indices[p]!);
    elements += rowWidth * blockHeight(pattern, r);
  }
  return elements;
}

/** Products of one value of A with one of B. */
function productCount(a: BsrPattern, b: BsrPattern): number {
  const widthsOfB = blockWidths(b);
  const rowElements = new Float64Array(b.indptr.length - 1);
  for (let k = 0; k < rowElements.length; k++) {
    for (let p = b.indptr[k]!; p < b.indptr[k + 1]!; p++)
      rowElements[k] = rowElements[k]! + widthsOfB(b.indices[p]!);
  }
  const widthsOfA = blockWidths(a);
  let products = 0;
  for (let r = 0; r + 1 < a.indptr.length; r++) {
    for (let p = a.indptr[r]!; p < a.indptr[r + 1]!; p++) {
      const k = a.indices[p]!;
      products += blockHeight(a, r) * widthsOfA(k) * (rowElements[k] ?? 0);
    }
  }
  return products;
}

function structuredElements(a: Spmm24Problem['a']): number {
  if (!('kinds' in a)) return (a.shape[0] * a.shape[1]) / 2;
  const widths = blockWidths(a);
  let elements = 0;
  for (let r = 0; r + 1 < a.indptr.length; r++) {
    for (let p = a.indptr[r]!; p < a.indptr[r + 1]!; p++) {
      const whole = blockHeight(a, r) * widths(a.indices[p]!);
      elements += a.kinds[p] === 1 ? whole / 2 : whole;
    }
  }
  return elements;
}

function blockHeight(pattern: BsrPattern, blockRow: number): number {
  const height = pattern.blockShape[0];
  return Math.min(height, pattern.shape[0] - blockRow * height);
}

function blockWidths(pattern: BsrPattern): (blockColumn: number) => number {
  const [, columns] = pattern.shape;
  const [, width] = pattern.blockShape;
  return (blockColumn) => Math.min(width, columns - blockColumn * width);
}
