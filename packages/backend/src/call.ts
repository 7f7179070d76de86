import {
  type Backend,
  type Dtype,
  type OperationName,
  type PlanOptions,
  UnsupportedOperationError,
} from '@sparsek/types';
import type { BackendChoice } from './choose.js';
import { resolveBackend } from './open-backend.js';

/** Options of every public call that plans. */
export interface CallOptions extends PlanOptions {
  /**
   * Where to compute: a backend of your own, or the name of the process's shared one, which is opened on first use.
   * Default `auto`: the GPU, else the CPU.
   */
  readonly backend?: Backend | BackendChoice;
}

/**
 * The backend of a call, which is known to have the operation.
 *
 * @throws UnsupportedOperationError, BackendUnavailableError
 */
export async function backendFor(
  options: CallOptions,
  operation: OperationName,
  dtype: Dtype,
): Promise<Backend> {
  const backend = await resolveBackend(options.backend);
  if (!backend.supports(operation, dtype)) {
    throw new UnsupportedOperationError(
      `The ${backend.name} backend has no ${operation} of ${dtype}; the cpu and reference backends have them all`,
    );
  }
  return backend;
}

/** The part of the options that a backend's planning takes. */
export function planOptions({ signal, onProgress, validate, autotune }: PlanOptions): PlanOptions {
  return {
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
    ...(validate !== undefined && { validate }),
    ...(autotune !== undefined && { autotune }),
  };
}
