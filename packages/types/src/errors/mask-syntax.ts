import { SparsekError } from './sparsek-error.js';

/** A mask SPEC does not follow the mask language. The message shows the place. */
export class MaskSyntaxError extends SparsekError {
  /** Zero-based offset into the SPEC. */
  readonly position: number;

  constructor(message: string, position: number, options?: ErrorOptions) {
    super('MASK_SYNTAX', message, options);
    this.name = 'MaskSyntaxError';
    this.position = position;
  }

  static override isInstance(error: unknown): error is MaskSyntaxError {
    return SparsekError.hasCode(error, 'MASK_SYNTAX');
  }
}
