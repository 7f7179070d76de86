import { toFloat64 } from '@sparsek/bsr';
import { readDense, readTensor } from '@sparsek/bsr/io';
import type { DenseMatrix, Dtype } from '@sparsek/types';
import { expect } from 'vitest';

export interface Numbers {
  readonly rows: number;
  readonly columns: number;
  /** Row by row. */
  readonly values: Float64Array;
}

/** A matrix file of any format as float64. */
export async function numbersIn(path: string, dtype?: Dtype): Promise<Numbers> {
  return numbersOf(await readDense(path, dtype && { dtype }));
}

export function numbersOf({ shape: [rows, columns], dtype, values, order }: DenseMatrix): Numbers {
  const wide = toFloat64(values, dtype);
  if (order !== 'column') return { rows, columns, values: wide };
  return { rows, columns, values: wide.map((_, n) => wide[(n % columns) * rows + Math.floor(n / columns)]!) };
}

export async function tensorNumbers(path: string, dtype?: Dtype): Promise<Float64Array> {
  const tensor = await readTensor(path, dtype && { dtype });
  return toFloat64(tensor.values, tensor.dtype);
}

/** The product by its definition, in float64, and the sum of the magnitudes that each element is made of. */
export function product(
  a: Numbers,
  b: Numbers,
): { readonly values: Float64Array; readonly magnitudes: Float64Array } {
  const values = new Float64Array(a.rows * b.columns);
  const magnitudes = new Float64Array(a.rows * b.columns);
  for (let i = 0; i < a.rows; i++) {
    for (let k = 0; k < a.columns; k++) {
      const factor = a.values[i * a.columns + k]!;
      if (factor === 0) continue;
      for (let j = 0; j < b.columns; j++) {
        const term = factor * b.values[k * b.columns + j]!;
        const at = i * b.columns + j;
        values[at] = values[at]! + term;
        magnitudes[at] = magnitudes[at]! + Math.abs(term);
      }
    }
  }
  return { values, magnitudes };
}

/** Unit roundoff of the dtype that a result is stored in. */
const ROUNDOFF: Readonly<Record<Dtype, number>> = { f32: 2 ** -24, f16: 2 ** -11, bf16: 2 ** -8 };

/** A product accumulated in float32 and rounded once: |x - r| <= (k + 2) u32 * magnitudes + u * |r|, k terms a sum. */
export function expectProduct(found: Float64Array, a: Numbers, b: Numbers, dtype: Dtype): void {
  const expected = product(a, b);
  expect(found.length).toBe(expected.values.length);
  const terms = (a.columns + 2) * ROUNDOFF.f32;
  let worst = 0;
  for (let i = 0; i < found.length; i++) {
    const error = Math.abs(found[i]! - expected.values[i]!);
    const bound =
      terms * expected.magnitudes[i]! + 2 * ROUNDOFF[dtype] * Math.abs(expected.values[i]!) + 2 ** -24;
    worst = Math.max(worst, Number.isNaN(error) ? Number.POSITIVE_INFINITY : error / bound);
  }
  expect(worst).toBeLessThanOrEqual(1);
}
