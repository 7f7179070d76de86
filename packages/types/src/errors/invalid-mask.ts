import { SparsekError } from './sparsek-error.js';

/** A block mask contradicts itself or the problem it is used for; the message names pattern, row and block. */
export class InvalidMaskError extends SparsekError {
  constructor(message: string, options?: ErrorOptions) {
    super('INVALID_MASK', message, options);
    this.name = 'InvalidMaskError';
  }

  static override isInstance(error: unknown): error is InvalidMaskError {
    return SparsekError.hasCode(error, 'INVALID_MASK');
  }
}
