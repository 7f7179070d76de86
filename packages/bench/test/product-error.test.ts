import { convertValues, normalValues } from '@sparsek/bsr';
import { PRODUCT_FROBENIUS } from '@sparsek/validator';
import { describe, expect, it } from 'vitest';
import { productError } from '../src/runner/product-error.js';

/** As many elements as the check compares of a large product. */
const COUNT = 3 * 128 * 128;
const reference = Float64Array.from(normalValues(COUNT, { seed: 1, dtype: 'f32' }));

describe('productError', () => {
  it.each(['f16', 'bf16'] as const)('forgives rounding to %s', (dtype) => {
    const words = convertValues(Float32Array.from(reference), 'f32', dtype);
    expect(productError(reference, convertValues(words, dtype, 'f32'))).toBeLessThan(
      PRODUCT_FROBENIUS[dtype],
    );
  });

  it.each(['f32', 'f16', 'bf16'] as const)('shows one element of %s that was not computed', (dtype) => {
    const actual = Float32Array.from(reference);
    // As large as most are.
    const element = reference.findIndex((value) => Math.abs(value) > 0.6 && Math.abs(value) < 0.7);
    actual[element] = 0;
    expect(productError(reference, actual)).toBeGreaterThan(PRODUCT_FROBENIUS[dtype]);
  });

  it('holds against an element near 0 what others are, not its own size', () => {
    const actual = Float32Array.from(reference);
    const element = reference.reduce(
      (least, value, e) => (Math.abs(value) < Math.abs(reference[least]!) ? e : least),
      0,
    );
    actual[element] = reference[element]! + 1e-5;
    expect(productError(reference, actual)).toBeLessThan(PRODUCT_FROBENIUS.f32);
  });

  it('is NaN where an element is NaN or missing, and absolute where all should be 0', () => {
    expect(productError([1, 2], [1, Number.NaN])).toBeNaN();
    expect(productError([1, 2], [1])).toBeNaN();
    expect(productError([0, 0], [0, 0])).toBe(0);
    expect(productError([0, 0], [0, 3])).toBe(3);
  });
});
