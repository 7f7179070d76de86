import { InvalidArgumentError } from '@sparsek/types';

/**
 * Philox4x32-10, a counter-based random number generator: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as
 * easy as 1, 2, 3", SC 2011. Any draw can be computed without the ones before it.
 */
const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;

/** sqrt(1.5) / 65536, which scales a sum of eight 16-bit halves to variance 1. */
const NORMAL_SCALE = Math.sqrt(1.5) / 65536;
const NORMAL_CENTRE = 262140;
const UNIFORM_SCALE = 2 ** -24;
const TWO_32 = 2 ** 32;

/** High 32 bits of the product of two unsigned 32-bit integers, in 32-bit steps. */
export function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16);
  const carried = Math.imul(aLow, bHigh) + (middle & 0xffff);
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (carried >>> 16)) >>> 0;
}

/** One Philox4x32-10 block: encrypts the counter (c0, c1, c2, c3) under the key (k0, k1) into `out[0..3]`. */
export function philoxBlock(
  out: Uint32Array,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
): void {
  let x0 = c0 | 0;
  let x1 = c1 | 0;
  let x2 = c2 | 0;
  let x3 = c3 | 0;
  let key0 = k0 | 0;
  let key1 = k1 | 0;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(x0, MULTIPLIER_0);
    const low0 = Math.imul(x0, MULTIPLIER_0);
    const high1 = multiplyHigh(x2, MULTIPLIER_1);
    const low1 = Math.imul(x2, MULTIPLIER_1);
    x0 = high1 ^ x1 ^ key0;
    x1 = low1;
    x2 = high0 ^ x3 ^ key1;
    x3 = low0;
    key0 = (key0 + WEYL_0) | 0;
    key1 = (key1 + WEYL_1) | 0;
  }
  out[0] = x0;
  out[1] = x1;
  out[2] = x2;
  out[3] = x3;
}

/** Random access to the draws of one stream. Draw numbers are integers from 0 to 2^53 - 1. */
export interface Philox {
  /** 32-bit draw number n: word `n % 4` of the block with counter `(n / 4 low, n / 4 high, stream, 0)`. */
  word(n: number): number;
  /** float32 in [0, 1): `(word(n) >>> 8) * 2^-24`. */
  uniform(n: number): number;
  /** Integer in [0, bound), bound <= 2^32: the high word of `word(n) * bound`. */
  below(n: number, bound: number): number;
  /** Mean 0, variance 1: see {@link normalValues}. Reads another counter space than `word`. */
  normal(n: number): number;
}

/** `seed` is 64 bits: an integer from 0 to 2^53 - 1 or a bigint below 2^64. `stream` is 32 bits, default 0. */
export function createPhilox(seed: number | bigint, stream = 0): Philox {
  const [key0, key1] = seedWords(seed);
  checkStream(stream);
  const block = new Uint32Array(4);
  const wide = new Uint32Array(4);
  let current = -1;

  const word = (n: number): number => {
    const number = Math.floor(n / 4);
    if (number !== current) {
      philoxBlock(block, number % TWO_32, Math.floor(number / TWO_32), stream, 0, key0, key1);
      current = number;
    }
    return block[n % 4]!;
  };
  return {
    word,
    uniform: (n) => (word(n) >>> 8) * UNIFORM_SCALE,
    below: (n, bound) => (bound === TWO_32 ? word(n) : multiplyHigh(word(n), bound)),
    normal: (n) => {
      philoxBlock(wide, n % TWO_32, Math.floor(n / TWO_32), stream, 1, key0, key1);
      return Math.fround((sumOfHalves(wide) - NORMAL_CENTRE) * NORMAL_SCALE);
    },
  };
}

/** Sum of the eight 16-bit halves of a block. */
function sumOfHalves(block: Uint32Array): number {
  const a = block[0]!;
  const b = block[1]!;
  const c = block[2]!;
  const d = block[3]!;
  const low = (a & 0xffff) + (b & 0xffff) + (c & 0xffff) + (d & 0xffff);
  return low + (a >>> 16) + (b >>> 16) + (c >>> 16) + (d >>> 16);
}

/** The two 32-bit words of a seed, low word first. */
function seedWords(seed: number | bigint): [low: number, high: number] {
  const valid =
    typeof seed === 'bigint' ? seed >= 0n && seed < 1n << 64n : Number.isSafeInteger(seed) && seed >= 0;
  if (!valid) {
    throw new InvalidArgumentError('seed', 'an integer from 0 to 2^53 - 1 or a bigint below 2^64', seed);
  }
  const wide = BigInt(seed);
  return [Number(wide & 0xffffffffn), Number(wide >> 32n)];
}

function checkStream(stream: number): void {
  if (!Number.isInteger(stream) || stream < 0 || stream >= TWO_32) {
    throw new InvalidArgumentError('stream', 'an integer from 0 to 2^32 - 1', stream);
  }
}
