import type { Dtype, Values } from '@sparsek/types';
import { InvalidArgumentError } from '@sparsek/types';
import { checkCount, checkDtype } from '../check/arguments.js';
import { convertValues } from '../values/convert.js';
import { createPhilox } from './philox.js';

export interface DrawOptions {
  /** 64 bits; default 0. */
  readonly seed?: number | bigint;
  /** Streams of one seed are independent of each other; default 0. */
  readonly stream?: number;
}

export interface NormalOptions<D extends Dtype = 'f32'> extends DrawOptions {
  /** Default 0. */
  readonly mean?: number;
  /** Standard deviation; default 1. */
  readonly deviation?: number;
  /** Default `f32`. The float32 value is rounded to it. */
  readonly dtype?: D;
}

/** The first `count` uniform draws of a stream: float32 in [0, 1), value n being `(word n >>> 8) * 2^-24`. */
export function uniformValues(count: number, options: DrawOptions = {}): Float32Array {
  checkCount(count, 'count');
  const philox = createPhilox(options.seed ?? 0, options.stream);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = philox.uniform(i);
  return values;
}

/**
 * The first `count` normal draws of a stream. With S the sum of the eight 16-bit halves of the Philox block with
 * counter `(n low, n high, stream, 1)`, standard value n is `z = float32((S - 262140) * sqrt(1.5) / 65536)`: a sum of
 * eight uniforms (|z| < 4.9), the same in every language since it needs no mathematical library. The result is
 * `float32(mean + deviation * z)`, computed in float64, then rounded to `dtype`.
 */
export function normalValues<D extends Dtype = 'f32'>(
  count: number,
  options: NormalOptions<D> = {},
): Values<D> {
  checkCount(count, 'count');
  const { mean = 0, deviation = 1, dtype = 'f32' } = options;
  checkDtype(dtype, 'dtype');
  if (!Number.isFinite(mean)) throw new InvalidArgumentError('mean', 'a finite number', mean);
  if (!(Number.isFinite(deviation) && deviation >= 0)) {
    throw new InvalidArgumentError('deviation', 'a finite number that is not negative', deviation);
  }
  const philox = createPhilox(options.seed ?? 0, options.stream);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = mean + deviation * philox.normal(i);
  return convertValues(values, 'f32', dtype) as Values<D>;
}
