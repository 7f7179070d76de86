/** Row-major activations, one token a row. */
export interface Activations {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

/** The model's own epsilon. */
const LAYER_NORM_EPSILON = 1e-6;

/** Layer normalisation over each row (Ba et al., 2016). */
export function layerNorm(x: Activations, gain: Float32Array, bias: Float32Array): Activations {
  const { rows, columns } = x;
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const input = x.values.subarray(row * columns, (row + 1) * columns);
    let mean = 0;
    for (const value of input) mean += value;
    mean /= columns;
    let variance = 0;
    for (const value of input) variance += (value - mean) ** 2;
    const factor = 1 / Math.sqrt(variance / columns + LAYER_NORM_EPSILON);
    for (let column = 0; column < columns; column++) {
      values[row * columns + column] = (input[column]! - mean) * factor * gain[column]! + bias[column]!;
    }
  }
  return { rows, columns, values };
}

export function addActivations(a: Activations, b: Activations): Activations {
  return { ...a, values: a.values.map((value, index) => value + b.values[index]!) };
}

/** Columns `begin .. end - 1`, packed. */
export function sliceActivations(x: Activations, begin: number, end: number): Activations {
  const columns = end - begin;
  const values = new Float32Array(x.rows * columns);
  for (let row = 0; row < x.rows; row++) {
    values.set(x.values.subarray(row * x.columns + begin, row * x.columns + end), row * columns);
  }
  return { rows: x.rows, columns, values };
}
