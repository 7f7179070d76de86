import { SparsekError } from './sparsek-error.js';

/** A well-formed file or option asks for something that SparseK does not handle, such as a complex matrix. */
export class UnsupportedFormatError extends SparsekError {
  constructor(message: string, options?: ErrorOptions) {
    super('UNSUPPORTED_FORMAT', message, options);
    this.name = 'UnsupportedFormatError';
  }

  static override isInstance(error: unknown): error is UnsupportedFormatError {
    return SparsekError.hasCode(error, 'UNSUPPORTED_FORMAT');
  }
}
