import type { Dtype } from '@sparsek/types';

/** Values at the ends of a dtype's range. */
export interface SpecialValues {
  /** Its square is beyond the dtype's range. */
  readonly large: number;
  /** Deviations of two factors whose products lie near the dtype's smallest numbers. */
  readonly tiny: readonly { readonly name: string; readonly a: number; readonly b: number }[];
}

/**
 * bfloat16 has no case with subnormal inputs: they lie below 1.2e-38, and the bfloat16 instructions of x86 take them for
 * zero. Those of f16 lie below 6.1e-5, where real weights are, and must not be lost.
 */
export const SPECIAL_VALUES: Readonly<Record<Dtype, SpecialValues>> = {
  f32: {
    large: 2 ** 100,
    tiny: [
      { name: 'subnormal times large', a: 1e-40, b: 1e30 },
      { name: 'subnormal results', a: 1e-20, b: 1e-20 },
    ],
  },
  f16: {
    large: 30000,
    tiny: [
      { name: 'subnormal times large', a: 2e-6, b: 1000 },
      { name: 'subnormal results', a: 1e-3, b: 1e-3 },
    ],
  },
  bf16: { large: 2 ** 100, tiny: [{ name: 'small results', a: 1e-17, b: 1e-17 }] },
};
