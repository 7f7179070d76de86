/**
 * IEEE 754 binary16 and bfloat16 as raw 16-bit words. Every conversion that loses digits rounds to nearest, ties to
 * even. A NaN stays a NaN: its sign and its leading payload bits are kept and the quiet bit is set, as the conversion
 * instructions of x86 (`VCVTPS2PH`) do. Subnormals are exact, never flushed.
 */

const QUIET_F16 = 0x7e00;
const QUIET_BF16 = 0x0040;
/** Bits of the float32 2^16; everything from here on is infinite or NaN in binary16. */
const F16_OVERFLOW = 0x47800000;
/** Bits of the float32 2^-14, the smallest normal binary16. */
const F16_SMALLEST_NORMAL = 0x38800000;
/** Bits of the float32 2^-25; up to here a magnitude rounds to zero in binary16. */
const F16_LARGEST_ZERO = 0x33000000;
const F32_INFINITY = 0x7f800000;

const scratchFloat = new Float32Array(1);
const scratchBits = new Uint32Array(scratchFloat.buffer);

/** The binary16 word nearest to a float32 given by its bits. */
function f16FromBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude >= F16_OVERFLOW) {
    if (magnitude > F32_INFINITY) return sign | QUIET_F16 | ((magnitude >>> 13) & 0x3ff);
    return sign | 0x7c00;
  }
  if (magnitude >= F16_SMALLEST_NORMAL) {
    // Rebias the exponent from 127 to 15; a carry out of the fraction moves to the next exponent by itself.
    return sign | ((magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13);
  }
  if (magnitude <= F16_LARGEST_ZERO) return sign;
  const fraction = (magnitude & 0x7fffff) | 0x800000;
  const shift = 126 - (magnitude >>> 23);
  const word = fraction >>> shift;
  const rest = fraction & ((1 << shift) - 1);
  const tie = 1 << (shift - 1);
  return sign | (rest > tie || (rest === tie && (word & 1) === 1) ? word + 1 : word);
}

/** The bfloat16 word nearest to a float32 given by its bits. */
function bf16FromBits(bits: number): number {
  if ((bits & 0x7fffffff) > F32_INFINITY) return (bits >>> 16) | QUIET_BF16;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

/** Bits of the float32 that equals a binary16 word. */
function bitsFromF16(word: number): number {
  const sign = (word & 0x8000) << 16;
  const exponent = (word >>> 10) & 0x1f;
  let fraction = word & 0x3ff;
  if (exponent === 0x1f) return sign | F32_INFINITY | (fraction === 0 ? 0 : 0x400000 | (fraction << 13));
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  const shift = Math.clz32(fraction) - 21;
  fraction = (fraction << shift) & 0x3ff;
  return sign | ((113 - shift) << 23) | (fraction << 13);
}

let f16Table: Uint32Array | undefined;

/** All 65536 binary16 words as bits of float32; 256 KiB, made on first use. */
function tableOfF16(): Uint32Array {
  if (f16Table === undefined) {
    f16Table = new Uint32Array(65536);
    for (let word = 0; word < 65536; word++) f16Table[word] = bitsFromF16(word);
  }
  return f16Table;
}

function bitsOf(values: Float32Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length);
}

/** Rounds float32 to binary16 words; a new array of the same length. */
export function f32ToF16(values: Float32Array): Uint16Array {
  const bits = bitsOf(values);
  const words = new Uint16Array(bits.length);
  for (let i = 0; i < bits.length; i++) words[i] = f16FromBits(bits[i]!);
  return words;
}

/** Widens binary16 words to float32, exactly; a new array of the same length. */
export function f16ToF32(words: Uint16Array): Float32Array {
  const table = tableOfF16();
  const values = new Float32Array(words.length);
  const bits = bitsOf(values);
  for (let i = 0; i < words.length; i++) bits[i] = table[words[i]!]!;
  return values;
}

/** Rounds float32 to bfloat16 words; a new array of the same length. */
export function f32ToBf16(values: Float32Array): Uint16Array {
  const bits = bitsOf(values);
  const words = new Uint16Array(bits.length);
  for (let i = 0; i < bits.length; i++) words[i] = bf16FromBits(bits[i]!);
  return words;
}

/** Widens bfloat16 words to float32, exactly; a new array of the same length. */
export function bf16ToF32(words: Uint16Array): Float32Array {
  const values = new Float32Array(words.length);
  const bits = bitsOf(values);
  for (let i = 0; i < words.length; i++) bits[i] = words[i]! << 16;
  return values;
}

/** The number that a binary16 word stands for. */
export function f16ToNumber(word: number): number {
  scratchBits[0] = tableOfF16()[word & 0xffff]!;
  return scratchFloat[0]!;
}

/** The number that a bfloat16 word stands for. */
export function bf16ToNumber(word: number): number {
  scratchBits[0] = word << 16;
  return scratchFloat[0]!;
}

/** The binary16 word nearest to a number: one rounding, also from float64. */
export function numberToF16(value: number): number {
  return f16FromBits(oddBits(value));
}

/** The bfloat16 word nearest to a number: one rounding, also from float64. */
export function numberToBf16(value: number): number {
  return bf16FromBits(oddBits(value));
}

/**
 * Bits of a float32 rounded to odd: truncated, with the last bit set when anything was cut off. Rounding such a value
 * once more to a type at least two bits shorter gives the same as rounding the float64 directly (Boldo and Melquiond,
 * "Emulation of a FMA and correctly rounded sums: proved algorithms using rounding to odd", 2008).
 */
function oddBits(value: number): number {
  scratchFloat[0] = value;
  const nearest = scratchFloat[0]!;
  const bits = scratchBits[0]!;
  if (nearest === value || Number.isNaN(value)) return bits;
  const truncated = Math.abs(nearest) > Math.abs(value) ? bits - 1 : bits;
  return truncated | 1;
}
