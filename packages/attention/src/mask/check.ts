import { InvalidArgumentError } from '@sparsek/types';

/** Positions stay below this bound, so that sums of two of them are exact and fit the kernels' 32-bit arithmetic. */
export const MAX_POSITION = 2 ** 30;

/** Throws unless `value` is an integer from `least` to 2^30. */
export function checkInteger(value: number, name: string, least: number): void {
  if (!Number.isInteger(value) || value < least || value > MAX_POSITION) {
    throw new InvalidArgumentError(name, `an integer from ${least} to 2^30`, value);
  }
}
