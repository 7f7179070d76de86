import type { Activation, Dtype } from '@sparsek/types';

/** ElementType in kernels/cuda/include/epilogue_params.h. */
export const ELEMENT_CODE: Readonly<Record<Dtype, number>> = { f32: 0, f16: 1, bf16: 2 };

/** Activation in kernels/cuda/include/epilogue_params.h. */
export const ACTIVATION_CODE: Readonly<Record<Activation, number>> = { none: 0, relu: 1, gelu: 2, silu: 3 };
