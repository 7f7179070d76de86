import {
  BackendUnavailableError,
  DeviceError,
  DeviceLostError,
  OutOfMemoryError,
  UnsupportedOperationError,
} from '@sparsek/types';

/** What the addon attaches to the errors that it throws. */
type Failure =
  | {
      readonly kind: 'driver';
      readonly call: string;
      readonly result: number;
      readonly name: string;
      /** Nothing computed since can be trusted, and every later call will fail. */
      readonly sticky: boolean;
    }
  | {
      readonly kind: 'memory';
      readonly requested: number;
      readonly free: number;
      readonly used: number;
      readonly held: number;
      readonly limit: number;
      readonly limited: boolean;
    }
  | { readonly kind: 'lost' }
  | { readonly kind: 'kernel' }
  | { readonly kind: 'unsupported' };

/** Runs a call of the addon; its errors come out as the library's own, naming the operation. */
export function guard<T>(operation: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw translate(operation, error);
  }
}

/** As {@link guard}, for the rejection of a promise. */
export async function guardAsync<T>(operation: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw translate(operation, error);
  }
}

function translate(operation: string, error: unknown): unknown {
  const failure = failureOf(error);
  if (!(error instanceof Error) || failure === undefined) return error;
  switch (failure.kind) {
    case 'driver': {
      // A sticky result also marks the device lost: every later call reports that.
      const { call, name: result } = failure;
      return new DeviceError({ call, result, operation }, { cause: error });
    }
    case 'memory':
      return outOfMemory(operation, failure, error);
    case 'lost':
      return new DeviceLostError(
        `${operation}: the GPU's context was lost before (${error.message}); start a new process`,
        { cause: error },
      );
    case 'unsupported':
      return new UnsupportedOperationError(
        `${operation}: the CUDA backend has no kernel for this yet (${error.message}); the CPU backend has`,
        { cause: error },
      );
    case 'kernel':
      return new BackendUnavailableError('cuda', `${operation} needs a compiled kernel: ${error.message}`, {
        cause: error,
      });
  }
}

function outOfMemory(
  operation: string,
  failure: Extract<Failure, { kind: 'memory' }>,
  cause: Error,
): OutOfMemoryError {
  const { requested, free, held, limit, limited } = failure;
  const reason = limited
    ? `the pool's limit is ${size(limit)}`
    : free > 0
      ? `${size(free)} are free on the device`
      : 'the host gave no more page-locked memory';
  const message =
    `${operation}: requested ${size(requested)}, but ${reason}; ` +
    `SparseK's pool holds ${size(held)}, of which ${size(failure.used)} are in use`;
  return new OutOfMemoryError(message, { requested, free, held }, { cause });
}

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

function size(bytes: number): string {
  const unit = bytes < 1024 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${unit === 0 ? bytes : (bytes / 1024 ** unit).toFixed(1)} ${UNITS[unit]}`;
}

function failureOf(error: unknown): Failure | undefined {
  return error instanceof Error && 'failure' in error ? (error.failure as Failure) : undefined;
}
