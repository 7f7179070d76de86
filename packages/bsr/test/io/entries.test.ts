import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Parsed, parseCount, parseReal } from '../../src/io/bytes/parse-number.js';
import { rowOrder } from '../../src/io/entries/order.js';

function real(text: string): { value: number; end: number } {
  const bytes = Buffer.from(`,${text}`);
  const parsed: Parsed = { value: 0, end: 0 };
  parseReal(bytes, 1, bytes.length, parsed);
  return { value: parsed.value, end: parsed.end - 1 };
}

const digits = (most: number) => fc.stringMatching(new RegExp(`^[0-9]{1,${most}}$`));
const spelling = fc
  .record({
    sign: fc.constantFrom('', '-', '+'),
    whole: digits(25),
    point: fc.option(fc.tuple(fc.constantFrom('.'), fc.oneof(fc.constant(''), digits(25)))),
    exponent: fc.option(fc.tuple(fc.constantFrom('e', 'E', 'd', 'D'), fc.integer({ min: -330, max: 330 }))),
  })
  .map(
    ({ sign, whole, point, exponent }) =>
      `${sign}${whole}${point?.join('') ?? ''}${exponent?.join('') ?? ''}`,
  );

describe('parseReal', () => {
  it('gives the nearest float64 of any decimal number, as JavaScript does', () => {
    fc.assert(
      fc.property(spelling, fc.constantFrom('', ' ', '\n', '\r\n'), (text, rest) => {
        const { value, end } = real(text + rest);
        expect(end).toBe(text.length);
        expect(value).toBe(Number(text.replace(/d/i, 'e')));
      }),
      { numRuns: 5000, seed: 23 },
    );
  });

  it.each([
    '9007199254740993',
    '9007199254740993e22',
    '9007199254740993e-22',
    '9007199254740992.5',
    '1e23',
    '8.5e22',
    '4.9e-324',
    '1.7976931348623159e308',
    '.5',
    '5.',
    '0.1',
    '-0',
    '123456789012345678e-20',
  ])('reads %s', (text) => {
    expect(real(text)).toEqual({ value: Number(text), end: text.length });
  });

  it.each([
    '',
    '.',
    '-',
    '+',
    'e5',
    '1e',
    '1e+',
    '--1',
    '1.2.3',
    '0x10',
    '1_000',
    'one',
    'nano',
    'in',
    '1,5',
    '-.e1',
  ])('finds no number in "%s"', (text) => {
    expect(real(text).end).toBe(0);
  });

  it.each([
    ['nan', Number.NaN],
    ['-NaN', Number.NaN],
    ['inf', Infinity],
    ['+Infinity', Infinity],
    ['-INF', -Infinity],
  ])('reads %s', (text, value) => {
    expect(real(`${text}\n`)).toEqual({ value, end: text.length });
  });
});

it('parseCount stops at what is no digit', () => {
  const parsed: Parsed = { value: 0, end: 0 };
  parseCount(Buffer.from('x1204 7'), 1, 7, parsed);
  expect(parsed).toEqual({ value: 1204, end: 5 });
  parseCount(Buffer.from('-1'), 0, 2, parsed);
  expect(parsed.end).toBe(0);
});

describe('rowOrder', () => {
  const index = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 2 ** 31 - 1 }));

  it('orders by row, then column, and keeps equal entries in their order', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(index, index), { maxLength: 60 }), (places) => {
        const rows = Int32Array.from(places, ([row]) => row);
        const columns = Int32Array.from(places, ([, column]) => column);
        const order = rowOrder({ rows, columns }) ?? Int32Array.from(places, (_, i) => i);
        const expected = places
          .map((_, i) => i)
          .sort((a, b) => rows[a]! - rows[b]! || columns[a]! - columns[b]! || a - b);
        expect([...order]).toEqual(expected);
      }),
      { numRuns: 500, seed: 24 },
    );
  });

  it('does nothing where the order is right', () => {
    expect(rowOrder({ rows: Int32Array.of(0, 0, 3), columns: Int32Array.of(1, 1, 0) })).toBeUndefined();
  });
});
