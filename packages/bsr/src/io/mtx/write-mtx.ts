import type { BsrPattern, DenseMatrix, Dtype, Values } from '@sparsek/types';
import { checkDense, denseLines } from '../../check/dense.js';
import type { CooMatrix } from '../../construct/scalar-formats.js';
import { bf16ToNumber, f16ToNumber } from '../../values/half.js';
import { writeAtomically } from '../bytes/atomic-write.js';
import { textWriter } from '../bytes/text-writer.js';
import type { WriteOptions } from '../options.js';

/** Writes entries as `coordinate real general`. Every number is written so that it reads back exactly. */
export async function writeMtx(path: string, matrix: CooMatrix, options: WriteOptions = {}): Promise<void> {
  const { rows, columns, values, shape } = matrix;
  const number = numberText(matrix.dtype, values);
  await writeAtomically(path, options, async (sink) => {
    const text = textWriter(sink);
    text.add(`%%MatrixMarket matrix coordinate real general\n${shape[0]} ${shape[1]} ${rows.length}\n`);
    for (let i = 0; i < rows.length; i++) {
      text.add(`${rows[i]! + 1} ${columns[i]! + 1} ${number(i)}\n`);
      if (text.full) await text.flush();
    }
    await text.flush();
  });
}

/** Writes a pattern of 1 x 1 blocks as `coordinate pattern general`. */
export async function writeMtxPattern(
  path: string,
  pattern: BsrPattern,
  options: WriteOptions = {},
): Promise<void> {
  const { shape, indptr, indices } = pattern;
  await writeAtomically(path, options, async (sink) => {
    const text = textWriter(sink);
    text.add(`%%MatrixMarket matrix coordinate pattern general\n${shape[0]} ${shape[1]} ${indices.length}\n`);
    for (let row = 0; row < shape[0]; row++) {
      for (let p = indptr[row]!; p < indptr[row + 1]!; p++) {
        text.add(`${row + 1} ${indices[p]! + 1}\n`);
        if (text.full) await text.flush();
      }
    }
    await text.flush();
  });
}

/** Writes a dense matrix as `array real general`, column by column as the format wants it. */
export async function writeMtxArray(
  path: string,
  matrix: DenseMatrix,
  options: WriteOptions = {},
): Promise<void> {
  checkDense(matrix);
  const [rows, columns] = matrix.shape;
  const { stride } = denseLines(matrix);
  const byColumn = matrix.order === 'column';
  const number = numberText(matrix.dtype, matrix.values);
  await writeAtomically(path, options, async (sink) => {
    const text = textWriter(sink);
    text.add(`%%MatrixMarket matrix array real general\n${rows} ${columns}\n`);
    for (let column = 0; column < columns; column++) {
      for (let row = 0; row < rows; row++) {
        text.add(`${number(byColumn ? column * stride + row : row * stride + column)}\n`);
        if (text.full) await text.flush();
      }
    }
    await text.flush();
  });
}

/** The shortest text of a value that reads back as the same float64, and so as the same value. */
function numberText(dtype: Dtype, values: Values): (index: number) => string {
  const toNumber = dtype === 'f16' ? f16ToNumber : bf16ToNumber;
  return (index) => {
    const value = dtype === 'f32' ? values[index]! : toNumber(values[index]!);
    if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : `${value}`;
    return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  };
}
