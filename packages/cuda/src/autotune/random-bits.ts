import { createPhilox } from '@sparsek/bsr';
import type { Dtype } from '@sparsek/types';

/** Bits of 1.0, and those of the sign and the fraction; the half types twice, as two of them lie in a word. */
const ONE: Readonly<Record<Dtype, number>> = { f32: 0x3f80_0000, f16: 0x3c00_3c00, bf16: 0x3f80_3f80 };
const FREE: Readonly<Record<Dtype, number>> = { f32: 0x807f_ffff, f16: 0x83ff_83ff, bf16: 0x807f_807f };

/** Numbers of magnitude 1 to 2 and either sign, the same every time: the words of a seeded stream, exponents set. */
export function randomBits(dtype: Dtype, bytes: number): Uint16Array | Uint32Array {
  const words = new Uint32Array(Math.ceil(bytes / 4));
  const { word } = createPhilox(1);
  for (let n = 0; n < words.length; n++) words[n] = (word(n) & FREE[dtype]) | ONE[dtype];
  return dtype === 'f32' ? words : new Uint16Array(words.buffer, 0, bytes / 2);
}
