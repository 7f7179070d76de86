/** Marks errors of this library across copies of the package and across realms. */
const MARKER = Symbol.for('sparsek.error');

/** Stable codes, one for each error class. */
export type ErrorCode =
  | 'INVALID_ARGUMENT'
  | 'INVALID_MATRIX'
  | 'INVALID_MASK'
  | 'MASK_SYNTAX'
  | 'INVALID_FILE'
  | 'UNSUPPORTED_FORMAT'
  | 'UNSUPPORTED_OPERATION'
  | 'BACKEND_UNAVAILABLE'
  | 'OUT_OF_MEMORY'
  | 'DISPOSED'
  | 'DEVICE_ERROR'
  | 'DEVICE_LOST';

/**
 * Base of every error that SparseK throws on purpose. Tell errors apart by `code`, or by a class's `isInstance`,
 * which also recognises an error made by another copy of the package, unlike `instanceof`.
 */
export class SparsekError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SparsekError';
    this.code = code;
    Object.defineProperty(this, MARKER, { value: true });
  }

  static isInstance(error: unknown): error is SparsekError {
    return error instanceof Error && MARKER in error && error[MARKER] === true;
  }

  /** For subclasses: whether an error carries the marker and one code. */
  protected static hasCode(error: unknown, code: ErrorCode): boolean {
    return SparsekError.isInstance(error) && error.code === code;
  }
}
