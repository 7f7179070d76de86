/** Element types of values: IEEE binary32, IEEE binary16 and bfloat16. Products accumulate in float32. */
export type Dtype = 'f32' | 'f16' | 'bf16';

/** Every dtype, widest first. */
export const DTYPES: readonly Dtype[] = ['f32', 'f16', 'bf16'];

/** The typed array that holds values of a dtype. Half types travel as raw 16-bit words. */
export interface ValuesByDtype {
  f32: Float32Array;
  f16: Uint16Array;
  bf16: Uint16Array;
}

export type Values<D extends Dtype = Dtype> = ValuesByDtype[D];

/** Size of one element in bytes. */
export const BYTES_PER_ELEMENT: Readonly<Record<Dtype, number>> = { f32: 4, f16: 2, bf16: 2 };
