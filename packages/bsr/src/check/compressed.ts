import { InvalidMatrixError } from '@sparsek/types';
import { checkInt32, checkLength, INT32_MAX } from './arguments.js';

/** What the rows and columns of a compressed structure are called in messages. */
export interface CompressedNames {
  /** Name of the matrix, such as `a`. */
  readonly matrix: string;
  /** What `indptr` runs over, such as `block row`. */
  readonly row: string;
  /** What `indices` holds, such as `block column`. */
  readonly column: string;
}

/**
 * Checks `indptr` and `indices` in linear time: length rows + 1, from 0, never decreasing, ending at the number of
 * indices; every index in range and, when `sorted`, strictly increasing within its row.
 *
 * @throws InvalidMatrixError that names row and position.
 */
export function checkCompressed(
  indptr: unknown,
  indices: unknown,
  rows: number,
  columns: number,
  sorted: boolean,
  names: CompressedNames,
): void {
  const { matrix, row: rowName, column: columnName } = names;
  checkInt32(indptr, `${matrix}.indptr`);
  checkInt32(indices, `${matrix}.indices`);
  if (rows >= INT32_MAX || columns > INT32_MAX + 1) {
    throw new InvalidMatrixError(
      `Expected fewer than 2^31 ${rowName}s and columns for ${matrix} but received ${rows} x ${columns}`,
    );
  }
  checkLength(indptr, rows + 1, `${matrix}.indptr`, `one more than its ${rows} ${rowName}s`);
  if (indptr[0] !== 0) {
    throw new InvalidMatrixError(`Expected 0 for ${matrix}.indptr[0] but received ${indptr[0]}`, {
      row: 0,
      position: 0,
    });
  }
  for (let r = 0; r < rows; r++) {
    if (indptr[r + 1]! < indptr[r]!) {
      throw new InvalidMatrixError(
        `Expected at least ${indptr[r]} for ${matrix}.indptr[${r + 1}] (it never decreases) but received ` +
          `${indptr[r + 1]} in ${rowName} ${r}`,
        { row: r, position: r + 1 },
      );
    }
  }
  if (indptr[rows] !== indices.length) {
    throw new InvalidMatrixError(
      `Expected ${indices.length} (the length of ${matrix}.indices) for ${matrix}.indptr[${rows}] but received ` +
        `${indptr[rows]}`,
      { position: rows },
    );
  }
  for (let r = 0; r < rows; r++) {
    const end = indptr[r + 1]!;
    let previous = -1;
    for (let p = indptr[r]!; p < end; p++) {
      const column = indices[p]!;
      if (column < 0 || column >= columns) {
        throw new InvalidMatrixError(
          `Expected a ${columnName} from 0 to ${columns - 1} for ${matrix}.indices[${p}] in ${rowName} ${r} but ` +
            `received ${column}`,
          { row: r, position: p },
        );
      }
      if (sorted) {
        if (column <= previous) {
          throw new InvalidMatrixError(
            `Expected a ${columnName} above ${previous} for ${matrix}.indices[${p}] in ${rowName} ${r} (they ` +
              `increase strictly) but received ${column}`,
            { row: r, position: p },
          );
        }
        previous = column;
      }
    }
  }
}
