import type { LoadedMatrix } from '@sparsek/bsr/io';
import { formatCount, formatExtents } from '../output/numbers.js';

/** One line about a matrix. */
export function describeMatrix(matrix: LoadedMatrix): string {
  const extents = formatExtents(matrix.shape);
  if (matrix.kind === 'dense') return `dense ${extents}, ${matrix.dtype}`;
  if (matrix.kind === 'pattern') return `pattern ${extents}, ${formatCount(matrix.indices.length)} entries`;
  const stored =
    matrix.kind === 'bsr'
      ? `${formatCount(matrix.indices.length)} blocks of ${formatExtents(matrix.blockShape)}`
      : `${formatCount(matrix.values.length)} entries`;
  return `${matrix.kind} ${extents}, ${stored}, ${matrix.dtype}`;
}
