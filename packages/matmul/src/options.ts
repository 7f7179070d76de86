import { type BackendChoice, resolveBackend } from '@sparsek/backend';
import {
  type Backend,
  type BackendName,
  type Dtype,
  type OperationName,
  type PlanOptions,
  UnsupportedOperationError,
} from '@sparsek/types';

/** Options of every call that plans. */
export interface CallOptions extends PlanOptions {
  /**
   * Where to compute: a backend of your own, or the name of the process's shared one, which is opened on first use.
   * Default `auto`: the GPU, else the CPU.
   */
  readonly backend?: Backend | BackendChoice;
}

/** What every plan of this package can tell. */
export interface PlanInfo extends Disposable {
  readonly backend: BackendName;
  /** The device for people. */
  readonly device: string;
  /** Name of the kernel that was chosen. */
  readonly kernel: string;
  /** Time that planning took, in milliseconds. */
  readonly planMs: number;
  /** Floating-point operations of one run that stored values need; see `usefulFlops`. */
  readonly usefulFlops: number;
}

/** The backend of a call, which is known to have the operation. */
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
export function planOptions({ signal, onProgress, validate }: PlanOptions): PlanOptions {
  return {
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
    ...(validate !== undefined && { validate }),
  };
}
