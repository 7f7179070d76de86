import { createPhilox } from '@sparsek/bsr';

/** Draws of one stream, one after the other. */
export interface Draw {
  /** An integer from `least` to `most`. */
  integer(least: number, most: number): number;
  choose<T>(choices: readonly T[]): T;
  chance(probability: number): boolean;
}

/** Stream of the parameters of random cases. */
const PARAMETER_STREAM = 18;

export function createDraw(seed: number): Draw {
  const philox = createPhilox(seed, PARAMETER_STREAM);
  let n = 0;
  const below = (bound: number) => philox.below(n++, bound);
  return {
    integer: (least, most) => least + below(most - least + 1),
    choose: (choices) => choices[below(choices.length)]!,
    chance: (probability) => philox.uniform(n++) < probability,
  };
}
