import {
  type Availability,
  type Backend,
  type BackendName,
  BackendUnavailableError,
  InvalidArgumentError,
} from '@sparsek/types';
import type { BackendOptions, Provider } from './provider.js';

export type BackendChoice = 'auto' | BackendName;

/** Environment variable that overrides `auto`. */
export const BACKEND_VARIABLE = 'SPARSEK_BACKEND';

/** A backend and whether it can be used here. */
export interface BackendExplanation {
  readonly name: BackendName;
  readonly availability: Availability;
  /** Whether `auto` takes this one. */
  readonly chosen: boolean;
}

/** What the environment asks for when a caller says `auto`. */
export function requested(
  choice: BackendChoice,
  variable: string | undefined,
  providers: readonly Provider[],
): BackendChoice {
  const names = ['auto', ...providers.map(({ name }) => name)];
  if (!names.includes(choice))
    throw new InvalidArgumentError('backend', `one of ${names.join(', ')}`, choice);
  if (choice !== 'auto' || !variable) return choice;
  const wanted = providers.find(({ name }) => name === variable)?.name;
  if (wanted) return wanted;
  if (variable !== 'auto')
    throw new InvalidArgumentError(BACKEND_VARIABLE, `one of ${names.join(', ')}`, variable);
  return 'auto';
}

/** Opens the backend asked for, or for `auto` the first of `providers` that works. */
export async function openFrom(
  providers: readonly Provider[],
  choice: BackendChoice,
  options: BackendOptions,
): Promise<Backend> {
  if (choice !== 'auto') return openOne(providers.find(({ name }) => name === choice)!, options);
  const reasons: string[] = [];
  for (const provider of providers) {
    try {
      return await openOne(provider, options);
    } catch (error) {
      if (!BackendUnavailableError.isInstance(error)) throw error;
      reasons.push(error.message);
    }
  }
  throw new BackendUnavailableError('auto', reasons.join('; '));
}

async function openOne(provider: Provider, options: BackendOptions): Promise<Backend> {
  const availability = await provider.availability(options);
  if (!availability.available) throw new BackendUnavailableError(provider.name, availability.reason);
  return provider.open(options);
}

/** Every backend, whether it can be used here and why not. */
export async function explainFrom(
  providers: readonly Provider[],
  choice: BackendChoice,
  options: BackendOptions,
): Promise<readonly BackendExplanation[]> {
  const explanations: BackendExplanation[] = [];
  let open = true;
  for (const provider of providers) {
    const availability = await provider.availability(options);
    const chosen = open && availability.available && (choice === 'auto' || choice === provider.name);
    if (chosen) open = false;
    explanations.push({ name: provider.name, availability, chosen });
  }
  return explanations;
}
