import { isBlank } from './blank.js';

/** Powers of ten that float64 holds exactly. */
const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
const LARGEST_EXACT = 2 ** 53;

/** What the parsers below found. One object is shared by all calls, since millions of numbers are parsed. */
export interface Parsed {
  value: number;
  /** Offset behind the number; equal to the start when there was no number. */
  end: number;
}

/** Reads digits. A number above 2^53 is not exact, but is still above every count that is accepted. */
export function parseCount(bytes: Uint8Array, start: number, limit: number, parsed: Parsed): void {
  let value = 0;
  let at = start;
  for (; at < limit; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  parsed.value = value;
  parsed.end = at;
}

/**
 * Reads a decimal number as the nearest float64. Numbers below 2^53 with a power of ten of at most 22 take one
 * exact division or product (Clinger, "How to read floating point numbers accurately", 1990); others go the slow way.
 */
export function parseReal(bytes: Uint8Array, start: number, limit: number, parsed: Parsed): void {
  let at = start;
  const negative = bytes[at] === 0x2d;
  if (negative || bytes[at] === 0x2b) at++;
  let digits = 0;
  let mantissa = 0;
  let exponent = 0;
  for (; at < limit; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9) break;
    mantissa = mantissa * 10 + digit;
    digits++;
  }
  if (at < limit && bytes[at] === 0x2e) {
    for (at++; at < limit; at++) {
      const digit = bytes[at]! - 0x30;
      if (digit < 0 || digit > 9) break;
      mantissa = mantissa * 10 + digit;
      digits++;
      exponent--;
    }
  }
  const fraction = at;
  if (digits > 0 && at < limit && isExponentMark(bytes[at]!)) {
    let power = at + 1;
    const down = bytes[power] === 0x2d;
    if (down || bytes[power] === 0x2b) power++;
    parseCount(bytes, power, limit, parsed);
    if (parsed.end > power) {
      exponent += down ? -parsed.value : parsed.value;
      at = parsed.end;
    }
  }
  const ends = at >= limit || isBlank(bytes[at]!);
  if (digits === 0 || !ends) {
    parseSlowly(bytes, start, limit, parsed);
    return;
  }
  if (mantissa >= LARGEST_EXACT || exponent < -22 || exponent > 22) {
    // Fortran writes 1D+5; JavaScript reads E only.
    const text = `${textOf(bytes, start, fraction)}${at > fraction ? `e${textOf(bytes, fraction + 1, at)}` : ''}`;
    parsed.value = Number(text);
  } else {
    const size = exponent < 0 ? mantissa / POWERS_OF_TEN[-exponent]! : mantissa * POWERS_OF_TEN[exponent]!;
    parsed.value = negative ? -size : size;
  }
  parsed.end = at;
}

function isExponentMark(byte: number): boolean {
  const lower = byte | 0x20;
  return lower === 0x65 || lower === 0x64;
}

/** Reads the names of what is not a finite number; anything else is no number. */
function parseSlowly(bytes: Uint8Array, start: number, limit: number, parsed: Parsed): void {
  let end = start;
  while (end < limit && !isBlank(bytes[end]!) && end - start < 16) end++;
  const word = /^([+-]?)(?:(inf|infinity)|nan)$/i.exec(textOf(bytes, start, end));
  parsed.end = word === null ? start : end;
  parsed.value = word?.[2] === undefined ? Number.NaN : word[1] === '-' ? -Infinity : Infinity;
}

function textOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}
