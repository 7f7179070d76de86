import { SparsekError } from './sparsek-error.js';

/** Where in a sparse matrix something is wrong. */
export interface MatrixLocation {
  /** Block row (or row of CSR, column of CSC). */
  readonly row?: number;
  /** Index into `indices`, `indptr` or `values`, whichever the message names. */
  readonly position?: number;
}

/** The arrays of a sparse matrix contradict each other; the message names the row and the position. */
export class InvalidMatrixError extends SparsekError {
  readonly row: number | undefined;
  readonly position: number | undefined;

  constructor(message: string, location: MatrixLocation = {}, options?: ErrorOptions) {
    super('INVALID_MATRIX', message, options);
    this.name = 'InvalidMatrixError';
    this.row = location.row;
    this.position = location.position;
  }

  static override isInstance(error: unknown): error is InvalidMatrixError {
    return SparsekError.hasCode(error, 'INVALID_MATRIX');
  }
}
