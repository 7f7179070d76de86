import { createPhilox } from '@sparsek/bsr';
import type { SpecialNumber, ValueSpec } from './case.js';

/** The numbers that a value spec stands for, before they are rounded to the dtype, in element order. */
export function drawNumbers(count: number, spec: ValueSpec, seed: number, stream: number): Float64Array {
  const { mean = 0, deviation = 1, integers, cancelling = false, set = [] } = spec;
  const philox = createPhilox(seed, stream);
  const numbers = new Float64Array(count);
  for (let n = 0; n < count; n++) {
    const drawn =
      integers === undefined
        ? Math.fround(mean + (deviation === 0 ? 0 : deviation * philox.normal(n)))
        : philox.below(n, 2 * integers + 1) - integers;
    numbers[n] = cancelling && n >= count / 2 ? -drawn : drawn;
  }
  for (const [begin, end, value] of set) numbers.fill(specialNumber(value), begin, Math.min(end, count));
  return numbers;
}

function specialNumber(value: SpecialNumber): number {
  if (value === 'nan') return Number.NaN;
  if (value === 'inf') return Number.POSITIVE_INFINITY;
  if (value === '-inf') return Number.NEGATIVE_INFINITY;
  return value;
}
