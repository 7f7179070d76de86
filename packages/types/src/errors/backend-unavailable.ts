import { SparsekError } from './sparsek-error.js';

/** The backend that was asked for cannot be used on this machine; the message says why and what would help. */
export class BackendUnavailableError extends SparsekError {
  readonly backend: string;

  constructor(backend: string, reason: string, options?: ErrorOptions) {
    super('BACKEND_UNAVAILABLE', `The ${backend} backend is not available: ${reason}`, options);
    this.name = 'BackendUnavailableError';
    this.backend = backend;
  }

  static override isInstance(error: unknown): error is BackendUnavailableError {
    return SparsekError.hasCode(error, 'BACKEND_UNAVAILABLE');
  }
}
