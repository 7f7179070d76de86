import {
  InvalidArgumentError,
  InvalidMaskError,
  InvalidMatrixError,
  OutOfMemoryError,
  type RunOptions,
} from '@sparsek/types';
import type { NativeAddon, NativeCall } from './native/addon.js';

/** How often `onProgress` is called, in milliseconds. */
const PROGRESS_INTERVAL = 50;

/**
 * Starts a job of the addon and waits for it. An aborted signal stops it between two tiles of the work; the promise
 * then rejects with the signal's reason, once no thread touches the arrays any more.
 */
export async function callNative<T>(
  addon: NativeAddon,
  start: () => NativeCall<T>,
  options: RunOptions = {},
): Promise<T> {
  const { signal, onProgress } = options;
  signal?.throwIfAborted();
  const { id, promise } = startChecked(start);
  const onAbort = () => addon.cancel(id);
  signal?.addEventListener('abort', onAbort, { once: true });
  const timer = onProgress && setInterval(() => onProgress(addon.progress(id)), PROGRESS_INTERVAL);
  try {
    const result = await promise;
    // Aborted after the last tile: still an aborted run, so that the outcome does not depend on a race.
    signal?.throwIfAborted();
    onProgress?.(1);
    return result;
  } catch (error) {
    if (codeOf(error) === 'CANCELLED' && signal?.aborted) throw signal.reason;
    throw translated(error);
  } finally {
    clearInterval(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

function startChecked<T>(start: () => NativeCall<T>): NativeCall<T> {
  try {
    return start();
  } catch (error) {
    throw translated(error);
  }
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('nativeCode' in error)) return undefined;
  return typeof error.nativeCode === 'string' ? error.nativeCode : undefined;
}

/** The addon's error as one of this library's classes. */
function translated(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  switch (codeOf(error)) {
    case 'INVALID_ARGUMENT':
      return new InvalidArgumentError('the addon', 'consistent arrays and extents', error.message, {
        cause: error,
      });
    case 'INVALID_MATRIX':
      return new InvalidMatrixError(error.message, {}, { cause: error });
    case 'INVALID_MASK':
      return new InvalidMaskError(error.message, { cause: error });
    case 'OUT_OF_MEMORY':
      return new OutOfMemoryError(error.message, { requested: 0 }, { cause: error });
    default:
      return error;
  }
}
