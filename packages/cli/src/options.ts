import type { BlockShape, Dtype } from '@sparsek/types';
import { InvalidArgumentError, Option } from 'commander';

/** Parsers and options that several commands share. They throw what commander reports as bad usage. */

export function parseBlockShape(text: string): BlockShape {
  const parts = /^(\d{1,9})x(\d{1,9})$/i.exec(text);
  const [rows, columns] = [Number(parts?.[1]), Number(parts?.[2])];
  if (parts === null || rows < 1 || columns < 1 || rows * columns >= 2 ** 31) {
    throw new InvalidArgumentError('Expected RxC, two integers from 1, such as 16x16.');
  }
  return [rows, columns];
}

export function parseDensity(text: string): number {
  const density = Number(text);
  if (text.trim() === '' || !(density >= 0 && density <= 1)) {
    throw new InvalidArgumentError('Expected a number from 0 to 1, such as 0.125.');
  }
  return density;
}

export function parseNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw new InvalidArgumentError('Expected a finite number.');
  return value;
}

export function parsePercent(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && Number.isFinite(value))) {
    throw new InvalidArgumentError('Expected a number from 0, such as 10 for 10 %.');
  }
  return value;
}

export function parseSeconds(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && Number.isFinite(value))) {
    throw new InvalidArgumentError('Expected a number of seconds above 0.');
  }
  return value;
}

export function parseRepeat(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError('Expected an integer from 1.');
  }
  return value;
}

export function parseDevice(text: string): number {
  const value = Number(text);
  if (!/^\d{1,4}$/.test(text)) throw new InvalidArgumentError('Expected the number of a GPU, from 0.');
  return value;
}

/** Other seeds are counted up from this one, within what a number holds exactly. */
const LARGEST_SEED = 2 ** 52;

export function parseSeed(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > LARGEST_SEED) {
    throw new InvalidArgumentError('Expected an integer from 0 to 2^52.');
  }
  return value;
}

export const BACKENDS = ['auto', 'cpu', 'cuda', 'reference'] as const;
export type BackendOption = (typeof BACKENDS)[number];

export function backendOption(): Option {
  return new Option('--backend <name>', 'where to compute; auto takes the GPU, else the CPU')
    .choices([...BACKENDS])
    .default('auto');
}

export function dtypeOption(description: string): Option {
  const choices: Dtype[] = ['f32', 'f16', 'bf16'];
  return new Option('--dtype <type>', description).choices(choices);
}
