import { f32ToF16, randomPattern } from '@sparsek/bsr';
import { type CudaDevice, emptyDense, planSpmmOnDevice, uploadBsr, uploadDense } from '../../src/index.js';

const SIDE = 1024;
const BLOCK = 32;

/** Whole numbers from -2 to 2, whose products and sums float32 holds exactly. */
const numbers = (length: number, step: number) =>
  Float32Array.from({ length }, (_, i) => ((i * step) % 5) - 2);

/**
 * Multiplies matrices of small whole numbers a few times with other work between, and holds every element against plain
 * JavaScript. Gives the sum of the elements.
 */
export async function exactProduct(device: CudaDevice): Promise<number> {
  const pattern = randomPattern({ shape: [SIDE, SIDE], blockShape: [BLOCK, BLOCK], density: 0.1, seed: 3 });
  const values = numbers(pattern.indices.length * BLOCK * BLOCK, 7);
  const dense = numbers(SIDE * SIDE, 3);
  const expected = multiply(pattern.indptr, pattern.indices, values, dense);
  using a = uploadBsr(device, { ...pattern, dtype: 'f16', values: f32ToF16(values) });
  using b = uploadDense(device, { shape: [SIDE, SIDE], dtype: 'f16', values: f32ToF16(dense) });
  using plan = planSpmmOnDevice(device, { pattern, dtype: 'f16', denseExtent: SIDE });
  for (let round = 0; round < 8; round += 1) {
    using out = emptyDense(device, [SIDE, SIDE], 'f32');
    device.stream.fill(out.memory, 0xff);
    plan.launch({ values: a.deviceValues, dense: b, out });
    const { values: seen } = await out.download();
    const wrong = seen.findIndex((value, i) => value !== expected[i]);
    if (wrong >= 0) throw new Error(`element ${wrong} is ${seen[wrong]} and not ${expected[wrong]}`);
  }
  return expected.reduce((sum, value) => sum + value, 0);
}

function multiply(indptr: Int32Array, indices: Int32Array, values: Float32Array, dense: Float32Array) {
  const product = new Float32Array(SIDE * SIDE);
  for (let row = 0; row < SIDE; row += 1) {
    const blockRow = Math.floor(row / BLOCK);
    for (let block = indptr[blockRow]!; block < indptr[blockRow + 1]!; block += 1) {
      for (let k = 0; k < BLOCK; k += 1) {
        const factor = values[(block * BLOCK + (row % BLOCK)) * BLOCK + k]!;
        const line = (indices[block]! * BLOCK + k) * SIDE;
        for (let column = 0; column < SIDE; column += 1)
          product[row * SIDE + column]! += factor * dense[line + column]!;
      }
    }
  }
  return product;
}
