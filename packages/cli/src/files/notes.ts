import type { FileFormat, LoadedMatrix } from '@sparsek/bsr/io';
import type { Dtype } from '@sparsek/types';
import { formatExtents } from '../output/numbers.js';

/** What a reader of a written file should know: where a format holds less than the matrix. */
export function notes(matrix: LoadedMatrix, format: FileFormat): string[] {
  const found: string[] = [];
  const dtype: Dtype | undefined = matrix.kind === 'pattern' ? undefined : matrix.dtype;
  if (format === 'npy' && dtype === 'bf16')
    found.push('.npy has no bf16: the values are its words, as uint16');
  if (format === 'npz' && (dtype === 'f16' || dtype === 'bf16')) {
    found.push(`SciPy has no sparse ${dtype}: the values are written as float32, which holds them exactly`);
  }
  if (format === 'smtx' && matrix.kind !== 'pattern')
    found.push('.smtx holds no values: only where entries are was kept');
  if (format === 'npz' && matrix.kind === 'bsr') {
    const { shape, blockShape } = matrix;
    const padded = shape.map((extent, axis) => Math.ceil(extent / blockShape[axis]!) * blockShape[axis]!);
    if (padded.some((extent, axis) => extent !== shape[axis])) {
      found.push(
        `SciPy knows whole blocks only: it reads the matrix as ${formatExtents(padded)}, padded with zeros; ` +
          `SparseK reads ${formatExtents(shape)}`,
      );
    }
  }
  return found;
}
