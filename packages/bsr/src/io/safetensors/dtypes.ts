import type { Dtype } from '@sparsek/types';

/** Bits of one element of every type that the safetensors format names. */
export const BITS: Readonly<Record<string, number>> = {
  BOOL: 8,
  F4: 4,
  F6_E2M3: 6,
  F6_E3M2: 6,
  U8: 8,
  I8: 8,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  I16: 16,
  U16: 16,
  F16: 16,
  BF16: 16,
  I32: 32,
  U32: 32,
  F32: 32,
  C64: 64,
  F64: 64,
  I64: 64,
  U64: 64,
};

/** The types that are read, by their name in the format. */
export const DTYPE_OF: Readonly<Record<string, Dtype>> = { F16: 'f16', BF16: 'bf16', F32: 'f32' };

export const NAME_OF: Readonly<Record<Dtype, string>> = { f16: 'F16', bf16: 'BF16', f32: 'F32' };
