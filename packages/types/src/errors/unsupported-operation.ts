import { SparsekError } from './sparsek-error.js';

/** The chosen backend does not implement an operation, dtype or option; the message names one that does. */
export class UnsupportedOperationError extends SparsekError {
  constructor(message: string, options?: ErrorOptions) {
    super('UNSUPPORTED_OPERATION', message, options);
    this.name = 'UnsupportedOperationError';
  }

  static override isInstance(error: unknown): error is UnsupportedOperationError {
    return SparsekError.hasCode(error, 'UNSUPPORTED_OPERATION');
  }
}
