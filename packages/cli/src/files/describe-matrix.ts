import type { FileFormat, LoadedMatrix } from '@sparsek/bsr/io';
import { formatCount, formatExtents } from '../output/numbers.js';

/** One line about a matrix as a file of a format holds it. */
export function describeMatrix(matrix: LoadedMatrix, format: FileFormat): string {
  const extents = formatExtents(matrix.shape);
  if (format === 'npy' || format === 'safetensors') {
    return `dense ${extents}, ${matrix.kind === 'pattern' ? 'f32' : matrix.dtype}`;
  }
  if (matrix.kind === 'dense') return `dense ${extents}, ${matrix.dtype}`;
  if (matrix.kind === 'pattern') return `pattern ${extents}, ${formatCount(matrix.indices.length)} entries`;
  const stored =
    matrix.kind === 'bsr'
      ? `${formatCount(matrix.indices.length)} blocks of ${formatExtents(matrix.blockShape)}`
      : `${formatCount(matrix.values.length)} entries`;
  return `${matrix.kind} ${extents}, ${stored}, ${matrix.dtype}`;
}
