import { SparsekError } from './sparsek-error.js';

/** A file is truncated, malformed or larger than its own header allows. The message starts with the path. */
export class InvalidFileError extends SparsekError {
  readonly path: string;

  constructor(path: string, problem: string, options?: ErrorOptions) {
    super('INVALID_FILE', `${path}: ${problem}`, options);
    this.name = 'InvalidFileError';
    this.path = path;
  }

  static override isInstance(error: unknown): error is InvalidFileError {
    return SparsekError.hasCode(error, 'INVALID_FILE');
  }
}
