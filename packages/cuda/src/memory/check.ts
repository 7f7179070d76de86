import { InvalidArgumentError } from '@sparsek/types';

/** @throws InvalidArgumentError unless the value is a whole number from 0 that JavaScript represents exactly. */
export function requireCount(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new InvalidArgumentError(name, 'a whole number from 0', value);
  }
}

/** @throws InvalidArgumentError unless the value is a whole number from 0, or Infinity. */
export function requireLimit(name: string, value: number): void {
  if (value !== Number.POSITIVE_INFINITY && (!Number.isSafeInteger(value) || value < 0)) {
    throw new InvalidArgumentError(name, 'a whole number from 0 or Infinity', value);
  }
}
