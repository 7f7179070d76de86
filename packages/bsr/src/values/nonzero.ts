import type { Dtype, Values } from '@sparsek/types';

/** Values as integers whose bits can be tested for zero without leaving the integer unit. */
export interface BitView {
  readonly bits: Uint32Array | Uint16Array;
  /** Everything but the sign: -0 is zero, NaN is not. */
  readonly mask: number;
}

/** A view of values for zero tests: `(bits[i] & mask) !== 0` says that value i is nonzero. */
export function bitView(values: Values, dtype: Dtype): BitView {
  if (dtype === 'f32') {
    return { bits: new Uint32Array(values.buffer, values.byteOffset, values.length), mask: 0x7fffffff };
  }
  return { bits: values as Uint16Array, mask: 0x7fff };
}

/** Whether any of the values `begin .. end - 1` is nonzero. */
export function anyNonzero(view: BitView, begin: number, end: number): boolean {
  const { bits, mask } = view;
  for (let i = begin; i < end; i++) if ((bits[i]! & mask) !== 0) return true;
  return false;
}
