import { Float16Array, getFloat16 } from '@petamoriken/float16';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bf16ToF32,
  bf16ToNumber,
  checkDense,
  convertValues,
  f16ToF32,
  f16ToNumber,
  f32ToBf16,
  f32ToF16,
  fromNumbers,
  numberToBf16,
  numberToF16,
  rawValues,
  roundToDtype,
  toFloat64,
} from '../src/index.js';
import './deterministic.js';

const everyWord = Uint16Array.from({ length: 65536 }, (_, word) => word);
const isNaN16 = (word: number) => (word & 0x7c00) === 0x7c00 && (word & 0x3ff) !== 0;
const isNaNBf16 = (word: number) => (word & 0x7f80) === 0x7f80 && (word & 0x7f) !== 0;

/** Counts instead of one assertion a word, which would take seconds. */
function mismatches(count: number, agrees: (i: number) => boolean): number[] {
  const wrong: number[] = [];
  for (let i = 0; i < count; i++) if (!agrees(i)) wrong.push(i);
  return wrong.slice(0, 5);
}

describe('binary16', () => {
  it('widens every word as @petamoriken/float16 does', () => {
    const view = new DataView(everyWord.buffer);
    const wide = f16ToF32(everyWord);
    expect(mismatches(65536, (w) => Object.is(wide[w], getFloat16(view, w * 2, true)))).toEqual([]);
    expect(mismatches(65536, (w) => Object.is(f16ToNumber(w), wide[w]))).toEqual([]);
  });

  it('returns every word unchanged, with NaN quieted', () => {
    const words = f32ToF16(f16ToF32(everyWord));
    expect(mismatches(65536, (w) => words[w] === (isNaN16(w) ? w | 0x200 : w))).toEqual([]);
  });

  it('rounds the midpoint between neighbours to even and its neighbours outward', () => {
    const wrong: number[] = [];
    for (let word = 0; word < 0x7bff; word++) {
      const middle = (f16ToNumber(word) + f16ToNumber(word + 1)) / 2;
      const even = word % 2 === 0 ? word : word + 1;
      const ulp = middle * 2 ** -23;
      const words = f32ToF16(Float32Array.of(middle, -middle, middle + ulp, middle - ulp));
      if (words[0] !== even || words[1] !== (even | 0x8000) || words[2] !== word + 1 || words[3] !== word) {
        wrong.push(word);
      }
    }
    expect(wrong.slice(0, 5)).toEqual([]);
  });

  it('rounds float32 bit patterns as @petamoriken/float16 does', () => {
    fc.assert(
      fc.property(fc.uint32Array({ minLength: 1, maxLength: 200 }), (bits) => {
        const values = new Float32Array(bits.buffer, 0, bits.length);
        const expected = new Float16Array(values);
        const actual = f16ToF32(f32ToF16(values));
        for (let i = 0; i < values.length; i++) expect(actual[i]).toBe(expected[i]);
      }),
      { numRuns: 200 },
    );
  });

  it('rounds float64 once, where going through float32 would round twice', () => {
    const trap = 1 + 2 ** -11 + 2 ** -40;
    expect(f16ToNumber(f32ToF16(Float32Array.of(trap))[0]!)).toBe(1);
    expect(roundToDtype(trap, 'f16')).toBe(1 + 2 ** -10);
    fc.assert(
      fc.property(fc.double({ min: -70000, max: 70000 }), (value) => {
        expect(f16ToNumber(numberToF16(value))).toBe(new Float16Array([value])[0]);
      }),
    );
  });

  it('overflows from 65520 on and keeps infinities and signed zeros', () => {
    expect([...f32ToF16(Float32Array.of(65519.996, 65520, -65520, Infinity, -Infinity, 0, -0))]).toEqual([
      0x7bff, 0x7c00, 0xfc00, 0x7c00, 0xfc00, 0, 0x8000,
    ]);
    expect(numberToF16(1e300)).toBe(0x7c00);
    expect(numberToF16(-1e-300)).toBe(0x8000);
  });
});

describe('bfloat16', () => {
  it('widens every word to the float32 with the same leading bits', () => {
    const wide = bf16ToF32(everyWord);
    const view = new DataView(new ArrayBuffer(4));
    const agrees = (w: number) => {
      view.setUint16(0, w);
      return Object.is(wide[w], view.getFloat32(0)) && Object.is(bf16ToNumber(w), wide[w]);
    };
    expect(mismatches(65536, agrees)).toEqual([]);
  });

  it('returns every word unchanged, with NaN quieted', () => {
    const words = f32ToBf16(bf16ToF32(everyWord));
    expect(mismatches(65536, (w) => words[w] === (isNaNBf16(w) ? w | 0x40 : w))).toEqual([]);
  });

  it('rounds the midpoint between neighbours to even and its neighbours outward', () => {
    const bits = new Uint32Array(4);
    const values = new Float32Array(bits.buffer);
    const wrong: number[] = [];
    for (let word = 0; word < 0x7f80; word++) {
      const middle = (word << 16) | 0x8000;
      bits.set([middle, middle | 0x80000000, middle + 1, middle - 1]);
      const even = word % 2 === 0 ? word : word + 1;
      const words = f32ToBf16(values);
      if (words[0] !== even || words[1] !== (even | 0x8000) || words[2] !== word + 1 || words[3] !== word) {
        wrong.push(word);
      }
    }
    expect(wrong.slice(0, 5)).toEqual([]);
  });

  it('keeps a NaN whose payload lies in the bits that are cut off', () => {
    const values = new Float32Array(Uint32Array.of(0x7f800001, 0xff800001).buffer);
    const words = f32ToBf16(values);
    expect([...words]).toEqual([0x7fc0, 0xffc0]);
    expect([...f32ToF16(values)]).toEqual([0x7e00, 0xfe00]);
  });

  it('rounds float64 once and overflows to infinity', () => {
    expect(roundToDtype(1 + 2 ** -8 + 2 ** -40, 'bf16')).toBe(1 + 2 ** -7);
    expect(roundToDtype(1 + 2 ** -8, 'bf16')).toBe(1);
    expect(numberToBf16(1e300)).toBe(0x7f80);
    expect(roundToDtype(3.3895313892515355e38, 'bf16')).toBe(3.3895313892515355e38);
  });
});

describe('convertValues', () => {
  it('returns the same array for equal dtypes', () => {
    const values = Uint16Array.of(1, 2);
    expect(convertValues(values, 'f16', 'f16')).toBe(values);
  });

  it('goes between the half types with one rounding', () => {
    const words = fromNumbers([1, -0, 65504, 2 ** -24, Number.NaN], 'f16');
    expect(toFloat64(convertValues(words, 'f16', 'bf16'), 'bf16')).toEqual(
      Float64Array.of(1, -0, 65536, 2 ** -24, Number.NaN),
    );
  });

  it('names a wrong dtype and a wrong array', () => {
    // @ts-expect-error a dtype that does not exist
    expect(() => convertValues(new Float32Array(1), 'f64', 'f32')).toThrow(
      `Expected 'f32', 'f16' or 'bf16' for from but received "f64"`,
    );
    expect(() => convertValues(new Float32Array(1), 'f16', 'f32')).toThrow(
      'Expected a Uint16Array for values',
    );
  });
});

describe('rawValues', () => {
  it('views a native Float16Array without a copy', () => {
    const buffer = new ArrayBuffer(8);
    // Stands in for the native class, which the oldest supported runtime does not have.
    const native = Object.defineProperty(new Int16Array(buffer, 2, 3), Symbol.toStringTag, {
      value: 'Float16Array',
    });
    const words = rawValues(native);
    words[0] = 0x3c00;
    expect(words).toHaveLength(3);
    expect(new Uint16Array(buffer)[1]).toBe(0x3c00);
  });

  it('is named where a native Float16Array is given for words', () => {
    const native = Object.defineProperty(new Int16Array(1), Symbol.toStringTag, { value: 'Float16Array' });
    // @ts-expect-error no words
    expect(() => checkDense({ shape: [1, 1], dtype: 'f16', values: native })).toThrow(
      'Expected a Uint16Array (f16, as rawValues() makes of a Float16Array) for matrix.values',
    );
  });

  it('returns known arrays as they are and refuses others', () => {
    const values = new Float32Array(2);
    expect(rawValues(values)).toBe(values);
    expect(() => rawValues(new Int16Array(1))).toThrow('but received Int16Array of length 1');
  });
});
