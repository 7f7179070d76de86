import type { Dtype, Values } from '@sparsek/types';

/** The sign of a half-precision number. */
const SIGN = 0x8000;

/** An operand with every element negated, in memory of its own. Exact in every dtype. */
export function negated<Operand extends { readonly values: Values; readonly dtype: Dtype }>(
  operand: Operand,
): Operand {
  const { values, dtype } = operand;
  return { ...operand, values: values.map((value) => (dtype === 'f32' ? -value : value ^ SIGN)) };
}
