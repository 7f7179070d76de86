import { SparsekError } from './sparsek-error.js';

/** An earlier fault left the device's context unusable; nothing computed since can be trusted. Start a new process. */
export class DeviceLostError extends SparsekError {
  constructor(message: string, options?: ErrorOptions) {
    super('DEVICE_LOST', message, options);
    this.name = 'DeviceLostError';
  }

  static override isInstance(error: unknown): error is DeviceLostError {
    return SparsekError.hasCode(error, 'DEVICE_LOST');
  }
}
