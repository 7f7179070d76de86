import type { Backend } from '@sparsek/types';
import {
  BACKEND_VARIABLE,
  type BackendChoice,
  type BackendExplanation,
  explainFrom,
  openFrom,
  requested,
} from './choose.js';
import type { BackendOptions } from './provider.js';
import { PROVIDERS } from './providers.js';

/**
 * Opens a backend of its own; dispose it when done. `auto` takes the GPU, else the CPU, else the float64 reference,
 * whose `device` says that it is slow; the environment variable SPARSEK_BACKEND overrides `auto`. A backend asked for
 * by name is never replaced by another.
 *
 * @throws BackendUnavailableError when the backend asked for cannot be used here; it says why.
 * @throws InvalidArgumentError for an unknown name, in the call or in SPARSEK_BACKEND.
 */
export async function openBackend(
  choice: BackendChoice = 'auto',
  options: BackendOptions = {},
): Promise<Backend> {
  return openFrom(PROVIDERS, wanted(choice), options);
}

/** Lists every backend, whether it can be used here, why not, and which one `auto` takes. */
export async function explainBackends(options: BackendOptions = {}): Promise<readonly BackendExplanation[]> {
  return explainFrom(PROVIDERS, wanted('auto'), options);
}

const shared = new Map<BackendChoice, Promise<Backend>>();

/**
 * The process's own backend of a name, opened on first use with default options and never disposed. An attempt that
 * failed is made again at the next call.
 */
export async function sharedBackend(choice: BackendChoice = 'auto'): Promise<Backend> {
  const name = wanted(choice);
  let backend = shared.get(name);
  if (!backend) {
    backend = openFrom(PROVIDERS, name, {});
    shared.set(name, backend);
    backend.catch(() => shared.delete(name));
  }
  return backend;
}

/** A backend given as an object or as the name of a shared one. */
export async function resolveBackend(backend: Backend | BackendChoice | undefined): Promise<Backend> {
  return backend === undefined || typeof backend === 'string' ? sharedBackend(backend) : backend;
}

function wanted(choice: BackendChoice): BackendChoice {
  return requested(choice, process.env[BACKEND_VARIABLE], PROVIDERS);
}
