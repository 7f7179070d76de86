import { InvalidArgumentError, InvalidMatrixError, type Sparse24Matrix } from '@sparsek/types';
import { checkDtype, checkLength, checkObject, checkShape, checkValuesType } from './arguments.js';

/**
 * Checks a matrix in 2:4 structured sparsity: K a multiple of 8, lengths, and that both positions of every group of
 * four increase strictly. Time is linear in the metadata.
 *
 * @throws InvalidArgumentError for an argument of the wrong type.
 * @throws InvalidMatrixError where the arrays contradict each other; it names row and position.
 */
export function checkSparse24(matrix: Sparse24Matrix, name = 'matrix'): void {
  checkObject(matrix, name, 'a 2:4 matrix { shape, dtype, values, metadata }');
  checkShape(matrix.shape, `${name}.shape`);
  checkDtype(matrix.dtype, `${name}.dtype`);
  checkValuesType(matrix.values, matrix.dtype, `${name}.values`);
  const [rows, columns] = matrix.shape;
  if (columns % 8 !== 0) {
    throw new InvalidArgumentError(`${name}.shape[1]`, 'a multiple of 8 (2:4 sparsity)', columns);
  }
  checkBytes(matrix.metadata, `${name}.metadata`);
  checkLength(matrix.values, (rows * columns) / 2, `${name}.values`, 'rows * columns / 2');
  checkLength(matrix.metadata, (rows * columns) / 8, `${name}.metadata`, 'rows * columns / 8');
  checkMetadata(matrix.metadata, `${name}.metadata`, (position) => ({
    row: Math.floor(position / (columns / 8)),
    label: 'row',
  }));
}

export function checkBytes(value: unknown, name: string): asserts value is Uint8Array {
  if (!(value instanceof Uint8Array)) throw new InvalidArgumentError(name, 'a Uint8Array', value);
}

/** Checks that each nibble holds two positions of which the second is greater. `place` is asked on failure only. */
export function checkMetadata(
  metadata: Uint8Array,
  name: string,
  place: (position: number) => { readonly row: number; readonly label: string },
): void {
  for (let i = 0; i < metadata.length; i++) {
    const byte = metadata[i]!;
    const lowFails = (byte & 3) >= ((byte >>> 2) & 3);
    if (lowFails || ((byte >>> 4) & 3) >= byte >>> 6) {
      const nibble = lowFails ? byte & 15 : byte >>> 4;
      const { row, label } = place(i);
      throw new InvalidMatrixError(
        `Expected two increasing positions for the ${lowFails ? 'low' : 'high'} nibble of ${name}[${i}] in ` +
          `${label} ${row} but received ${nibble & 3} then ${nibble >>> 2}`,
        { row, position: i },
      );
    }
  }
}
