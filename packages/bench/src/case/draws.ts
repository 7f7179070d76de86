import { allocateValues, normalValues } from '@sparsek/bsr';
import type { Dtype, Values } from '@sparsek/types';

/**
 * After so many values an input repeats itself: drawing hundreds of millions would take longer than measuring. A prime,
 * so that no row or block of a usual size equals another.
 */
export const PERIOD = 16_777_213;

/** Where the inputs of cases come from. */
export interface Draws {
  /** Value n is normal draw `n mod PERIOD` of the stream. Not to be written to: cases may share them. */
  values(count: number, draw: { seed: number; stream: number; dtype: Dtype }): Values;
}

/**
 * @param shared - Keep what was drawn, so that neighbouring cases of one seed read the same arrays. Of another seed
 *   nothing is kept, or thousands of cases would take all memory. Not where memory is measured.
 */
export function createDraws({ shared }: { readonly shared: boolean }): Draws {
  const kept = new Map<string, { readonly seed: number; readonly values: Values }>();
  return {
    values(count, draw) {
      const key = `${draw.stream} ${draw.dtype}`;
      const newest = kept.get(key);
      const found = newest?.seed === draw.seed ? newest.values : undefined;
      // A value depends on its number alone, so that a longer array begins with every shorter one.
      if (found && found.length >= count) return found.subarray(0, count);
      const values = repeated(count, draw, found);
      if (shared) kept.set(key, { seed: draw.seed, values });
      return values;
    },
  };
}

function repeated(
  count: number,
  { seed, stream, dtype }: { seed: number; stream: number; dtype: Dtype },
  begun: Values | undefined,
): Values {
  const wanted = Math.min(count, PERIOD);
  const drawn =
    begun && begun.length >= wanted
      ? begun.subarray(0, wanted)
      : normalValues<Dtype>(wanted, { seed, stream, dtype });
  if (count === wanted) return drawn;
  const values = allocateValues(dtype, count);
  for (let begin = 0; begin < count; begin += PERIOD) {
    values.set(drawn.subarray(0, Math.min(PERIOD, count - begin)), begin);
  }
  return values;
}
