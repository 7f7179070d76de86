import { SparsekError } from './sparsek-error.js';

/** A plan, backend, tensor or stream was used after it was disposed. */
export class DisposedError extends SparsekError {
  constructor(message: string, options?: ErrorOptions) {
    super('DISPOSED', message, options);
    this.name = 'DisposedError';
  }

  static override isInstance(error: unknown): error is DisposedError {
    return SparsekError.hasCode(error, 'DISPOSED');
  }
}
