import type { Dtype, Values } from '@sparsek/types';
import { encode, nanValues } from '../numeric/values.js';

/** Elements before and after an array. Odd, so that arrays start at addresses that are aligned to one element only. */
const GUARD = 67;

/**
 * An array inside a larger one that is NaN around it: reading past either end shows in the result, and writing past it
 * is found afterwards.
 */
export interface Guarded {
  readonly values: Values;
  /** What was written that must not have been, or undefined when all is well. */
  readonly damage: () => string | undefined;
}

/** An input: neither it nor what is around it may change. */
export function guardedInput(numbers: Float64Array, dtype: Dtype, name: string): Guarded {
  const words = nanValues(numbers.length + 2 * GUARD, dtype);
  words.set(encode(numbers, dtype), GUARD);
  const before = bytesOf(words).slice();
  return {
    values: words.subarray(GUARD, GUARD + numbers.length),
    damage: () =>
      sameBytes(bytesOf(words), before) ? undefined : `${name} or the memory around it was written`,
  };
}

/** Memory for a result: NaN everywhere, and NaN must remain around it. */
export function guardedOutput(length: number, dtype: Dtype, initial?: Float64Array): Guarded {
  const words = nanValues(length + 2 * GUARD, dtype);
  if (initial !== undefined) words.set(encode(initial, dtype), GUARD);
  const guards = [words.subarray(0, GUARD), words.subarray(GUARD + length)];
  const before = guards.map((guard) => bytesOf(guard).slice());
  return {
    values: words.subarray(GUARD, GUARD + length),
    damage: () =>
      guards.every((guard, g) => sameBytes(bytesOf(guard), before[g]!))
        ? undefined
        : 'the memory around the result was written',
  };
}

function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** What the first of several guards has to complain about. */
export function firstDamage(guards: readonly Guarded[]): string | undefined {
  for (const guard of guards) {
    const damage = guard.damage();
    if (damage !== undefined) return damage;
  }
  return undefined;
}
