import type { DenseMatrix, Dtype, Values } from '@sparsek/types';
import { checkDense, denseLines } from '../../check/dense.js';
import { allocateValues } from '../../values/allocate.js';
import { writeAtomically } from '../bytes/atomic-write.js';
import { byteViews } from '../bytes/views.js';
import type { WriteOptions } from '../options.js';
import { checkTensor, type Tensor } from '../tensor.js';
import { npyHeader } from './header.js';

/** NumPy has no bfloat16: its raw words travel as unsigned 16-bit integers. */
export const NPY_TYPES: Readonly<Record<Dtype, string>> = { f32: '<f4', f16: '<f2', bf16: '<u2' };

/** Writes a matrix in the storage order it has. bf16 becomes `uint16` words. */
export async function writeNpy(path: string, matrix: DenseMatrix, options: WriteOptions = {}): Promise<void> {
  checkDense(matrix);
  await writeAtomically(path, options, async (sink) => {
    await sink.write(npyHeader(NPY_TYPES[matrix.dtype], matrix.shape, matrix.order === 'column'));
    for (const part of packedParts(matrix)) {
      for (const bytes of byteViews(part)) await sink.write(bytes);
    }
  });
}

/** Writes an array of any number of axes. bf16 becomes `uint16` words. */
export async function writeNpyTensor(
  path: string,
  tensor: Tensor,
  options: WriteOptions = {},
): Promise<void> {
  checkTensor(tensor, 'tensor');
  await writeAtomically(path, options, async (sink) => {
    await sink.write(npyHeader(NPY_TYPES[tensor.dtype], tensor.shape));
    for (const bytes of byteViews(tensor.values)) await sink.write(bytes);
  });
}

/** The values of a dense matrix, without what a leading dimension leaves between its lines. */
export function* packedParts(matrix: DenseMatrix): Generator<Values> {
  const { lines, lineLength, stride } = denseLines(matrix);
  if (stride === lineLength) {
    yield matrix.values.subarray(0, lines * lineLength);
    return;
  }
  for (let line = 0; line < lines; line++) {
    yield matrix.values.subarray(line * stride, line * stride + lineLength);
  }
}

/** The values of a dense matrix row by row, whatever its storage order. */
export function* rowMajorParts(matrix: DenseMatrix): Generator<Values> {
  if (matrix.order !== 'column') {
    yield* packedParts(matrix);
    return;
  }
  const [rows, columns] = matrix.shape;
  const { stride } = denseLines(matrix);
  for (let row = 0; row < rows; row++) {
    const line = allocateValues(matrix.dtype, columns);
    for (let column = 0; column < columns; column++) line[column] = matrix.values[column * stride + row]!;
    yield line;
  }
}
