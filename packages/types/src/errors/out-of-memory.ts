import { SparsekError } from './sparsek-error.js';

/** Sizes in bytes. */
export interface MemoryState {
  readonly requested: number;
  /** Free on the device, where known. */
  readonly free?: number;
  /** Held by this process's pool, where there is one. */
  readonly held?: number;
}

/** Memory of the host or of a device ran out. */
export class OutOfMemoryError extends SparsekError {
  readonly memory: MemoryState;

  constructor(message: string, memory: MemoryState, options?: ErrorOptions) {
    super('OUT_OF_MEMORY', message, options);
    this.name = 'OutOfMemoryError';
    this.memory = memory;
  }

  static override isInstance(error: unknown): error is OutOfMemoryError {
    return SparsekError.hasCode(error, 'OUT_OF_MEMORY');
  }
}
