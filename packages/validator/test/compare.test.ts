import { describe, expect, test } from 'vitest';
import { accumulationError, compare, type Expectation, roundingError } from '../src/index.js';

const { NaN: NAN, POSITIVE_INFINITY: INF } = Number;
const place = (element: number) => `element ${element}`;

function expected(reference: number[], change: Partial<Expectation> = {}): Expectation {
  return {
    reference: Float64Array.from(reference),
    naive: Float64Array.from(reference),
    tolerance: new Float64Array(reference.length).fill(0.01),
    outputDtype: 'f32',
    ...change,
  };
}

describe('compare', () => {
  test('tells error, bound and where an element is off', () => {
    const result = compare(Float64Array.of(1, 2.5, 3), expected([1, 2, 3]), place);
    expect(result).toMatchObject({ ok: false, error: 0.5, bound: 0.01 });
    expect(result.failure).toMatch(/expected 2 at element 1 but received 2.5/);
    expect(compare(Float64Array.of(1, 2.005, 3), expected([1, 2, 3]), place).ok).toBe(true);
  });

  test('allows twice the naive error at each element, not at the worst one only', () => {
    const naive = Float64Array.of(1.1, 2, 3);
    expect(compare(Float64Array.of(1.2, 2, 3), expected([1, 2, 3], { naive }), place).ok).toBe(true);
    const elsewhere = compare(Float64Array.of(1, 2.2, 3), expected([1, 2, 3], { naive }), place);
    expect(elsewhere.ok).toBe(false);
    expect(elsewhere.bound).toBeCloseTo(0.21, 12);
    expect(elsewhere.error).toBeLessThan(elsewhere.bound);
  });

  test('compares what is not finite by kind and place', () => {
    const reference = [NAN, INF, -INF, 1];
    expect(compare(Float64Array.of(NAN, INF, -INF, 1), expected(reference), place).ok).toBe(true);
    for (const [e, x] of [
      [0, 1],
      [0, INF],
      [1, NAN],
      [1, -INF],
      [1, 3e38],
      [2, INF],
      [3, NAN],
      [3, INF],
    ] as const) {
      const actual = Float64Array.from(reference);
      actual[e] = x;
      const result = compare(actual, expected(reference), place);
      expect(result.failure, `${x} at ${e}`).toMatch(new RegExp(`at element ${e} but received`));
    }
  });

  test('expects infinity where the output dtype overflows', () => {
    const half = { outputDtype: 'f16' } as const;
    expect(compare(Float64Array.of(INF), expected([70000], half), place).ok).toBe(true);
    expect(compare(Float64Array.of(65504), expected([70000], half), place).ok).toBe(false);
  });

  test('forgives an overflow that naive code has too', () => {
    const naive = Float64Array.of(INF);
    expect(compare(Float64Array.of(INF), expected([1], { naive }), place).ok).toBe(true);
    expect(compare(Float64Array.of(1), expected([1], { naive }), place).ok).toBe(true);
  });

  test('an element that was never written fails', () => {
    expect(compare(Float64Array.of(1, NAN), expected([1, 0]), place).ok).toBe(false);
    expect(compare(Float64Array.of(1), expected([1, 0]), place).failure).toMatch(/expected 2 elements/);
  });

  test('holds the Frobenius norm and the largest error below their bounds', () => {
    const loose = { tolerance: Float64Array.of(1, 1) };
    const actual = Float64Array.of(3.003, 4.004);
    expect(compare(actual, expected([3, 4], { ...loose, frobenius: 1.01e-3 }), place).ok).toBe(true);
    expect(compare(actual, expected([3, 4], { ...loose, frobenius: 0.99e-3 }), place).failure).toMatch(
      /Frobenius/,
    );
    expect(compare(actual, expected([3, 4], { ...loose, absolute: 0.00101 }), place).ok).toBe(true);
    expect(compare(actual, expected([3, 4], { ...loose, absolute: 0.00099 }), place).failure).toMatch(
      /largest/,
    );
  });

  test('a result of almost nothing has no relative error', () => {
    const tiny = { tolerance: Float64Array.of(1e-40), frobenius: 1e-5 };
    const actual = Float64Array.of(0);
    expect(compare(actual, expected([1e-45], tiny), place).ok).toBe(false);
    expect(compare(actual, expected([1e-45], { ...tiny, frobeniusFloor: 2e-45 }), place).ok).toBe(true);
  });

  test('gives plain JSON', () => {
    const result = compare(Float64Array.of(1), expected([0], { frobenius: 1 }), place);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });
});

describe('rounding bounds', () => {
  test('hold for sums in float32, and not for sums in lower precision', () => {
    const terms = Float64Array.from({ length: 512 }, (_, i) => Math.fround(Math.sin(i) + 1.5));
    const exact = terms.reduce((a, b) => a + b, 0);
    const single = terms.reduce((a, b) => Math.fround(a + b), 0);
    const allowed = exact * accumulationError(512, 'f32');
    expect(Math.abs(single - exact)).toBeLessThan(allowed);
    const coarse = terms.reduce((a, b) => Math.fround((a + b) / 2 ** -3) * 2 ** -3, 0);
    expect(Math.abs(Math.round(coarse) - exact)).toBeGreaterThan(allowed);
  });

  test('one rounding is half a unit in the last place, or half the smallest number', () => {
    expect(roundingError(1, 'f16')).toBe(2 ** -11 + 2 ** -25);
    expect(roundingError(0, 'bf16')).toBe(2 ** -134);
  });
});
