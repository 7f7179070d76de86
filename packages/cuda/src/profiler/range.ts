import { InvalidArgumentError } from '@sparsek/types';
import { findAddon } from '../native/load.js';

/**
 * A named range in the timeline of a profiler that follows NVTX (Nsight Systems, Nsight Compute), from now until it is
 * disposed. It belongs to the process rather than to a thread, so that ranges may overlap and last across `await`.
 * Without a profiler, and where the addon does not run, it is nothing.
 *
 * @example
 * ```ts
 * using range = profilerRange('layer 3');
 * plan.launch(operands);
 * ```
 */
export function profilerRange(name: string): Disposable {
  if (typeof name !== 'string') throw new InvalidArgumentError('name', 'a string', name);
  const addon = findAddon();
  if (!addon.found) return NO_RANGE;
  const { binding } = addon;
  let id = binding.startRange(name);
  if (id === undefined) return NO_RANGE;
  return {
    [Symbol.dispose]() {
      if (id !== undefined) binding.endRange(id);
      id = undefined;
    },
  };
}

const NO_RANGE: Disposable = Object.freeze({ [Symbol.dispose]() {} });
