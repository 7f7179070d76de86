import type { Dtype } from '@sparsek/types';

/** Bits of 1.0, and those of the sign and the fraction. */
const ONE: Readonly<Record<Dtype, number>> = { f32: 0x3f80_0000, f16: 0x3c00, bf16: 0x3f80 };
const FREE: Readonly<Record<Dtype, number>> = { f32: 0x807f_ffff, f16: 0x83ff, bf16: 0x807f };

/** Numbers of magnitude 1 to 2 and either sign, the same every time. */
export function randomBits(dtype: Dtype, bytes: number): Uint16Array | Uint32Array {
  const words = dtype === 'f32' ? new Uint32Array(bytes / 4) : new Uint16Array(bytes / 2);
  // Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8 (2003).
  let state = 2463534242;
  for (let i = 0; i < words.length; i += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = ((state & FREE[dtype]) | ONE[dtype]) >>> 0;
  }
  return words;
}
