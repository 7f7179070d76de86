import type { Dtype, Values } from '@sparsek/types';
import { bitView } from '../values/nonzero.js';

/**
 * Writes the two elements of greatest magnitude of every four neighbours, in their order, and their positions as one
 * nibble a group. Equal magnitudes go to the lower position; NaN counts as greatest. `count` is a multiple of 8.
 */
export function compressGroups(
  source: Values,
  from: number,
  stride: number,
  count: number,
  dtype: Dtype,
  values: Values,
  toValue: number,
  metadata: Uint8Array,
  toByte: number,
): void {
  const { bits, mask } = bitView(source, dtype);
  for (let group = 0; group * 4 < count; group++) {
    const begin = from + group * 4 * stride;
    let first = 0;
    let second = 1;
    // Without the sign, the bits of floating-point numbers are ordered as the magnitudes are.
    const magnitude = (position: number) => bits[begin + position * stride]! & mask;
    if (magnitude(1) > magnitude(0)) {
      first = 1;
      second = 0;
    }
    for (let position = 2; position < 4; position++) {
      if (magnitude(position) > magnitude(first)) {
        second = first;
        first = position;
      } else if (magnitude(position) > magnitude(second)) second = position;
    }
    const low = Math.min(first, second);
    const high = Math.max(first, second);
    values[toValue + group * 2] = source[begin + low * stride]!;
    values[toValue + group * 2 + 1] = source[begin + high * stride]!;
    const nibble = low | (high << 2);
    const byte = toByte + (group >>> 1);
    metadata[byte] = group % 2 === 0 ? nibble : metadata[byte]! | (nibble << 4);
  }
}

/** Writes `count` elements of which the compressed ones are at their positions and the others +0. */
export function expandGroups(
  values: Values,
  fromValue: number,
  metadata: Uint8Array,
  fromByte: number,
  count: number,
  target: Values,
  to: number,
): void {
  for (let group = 0; group * 4 < count; group++) {
    const byte = metadata[fromByte + (group >>> 1)]!;
    const nibble = group % 2 === 0 ? byte & 15 : byte >>> 4;
    target[to + group * 4 + (nibble & 3)] = values[fromValue + group * 2]!;
    target[to + group * 4 + (nibble >>> 2)] = values[fromValue + group * 2 + 1]!;
  }
}

/** Whether of every four neighbours among `begin .. end - 1` at most two are nonzero (NaN is nonzero, -0 is not). */
export function fits24(
  view: { readonly bits: Uint32Array | Uint16Array; readonly mask: number },
  begin: number,
  end: number,
): boolean {
  const { bits, mask } = view;
  for (let i = begin; i < end; i += 4) {
    let nonzeros = 0;
    for (let k = i; k < i + 4; k++) if ((bits[k]! & mask) !== 0) nonzeros++;
    if (nonzeros > 2) return false;
  }
  return true;
}
