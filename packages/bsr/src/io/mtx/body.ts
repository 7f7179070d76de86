import type { Dtype } from '@sparsek/types';
import { numberToBf16, numberToF16 } from '../../values/half.js';
import { isBlank } from '../bytes/blank.js';

/** Reads the entries of a Matrix Market file, a piece of whole lines at a time. */
export interface MtxBody<T> {
  /** Reads the lines in `bytes` from `start`; `line` is the number of the first. Returns the number of the next line. */
  readonly parse: (bytes: Uint8Array, start: number, line: number) => number;
  readonly finish: () => T;
}

export const NEWLINE = 0x0a;
const PERCENT = 0x25;

/** How a number becomes an element of a typed array of a dtype, with one rounding. */
export function rounding(dtype: Dtype): (value: number) => number {
  if (dtype === 'f32') return (value) => value;
  return dtype === 'f16' ? numberToF16 : numberToBf16;
}

/** The first offset from `at` that holds no blank of a line. */
export function skipBlanks(bytes: Uint8Array, at: number): number {
  let next = at;
  while (next < bytes.length && isBlank(bytes[next]!) && bytes[next] !== NEWLINE) next++;
  return next;
}

/** The offset of the next line's end, or the length of the text. */
export function lineEnd(bytes: Uint8Array, at: number): number {
  const end = bytes.indexOf(NEWLINE, at);
  return end < 0 ? bytes.length : end;
}

export function lineText(bytes: Uint8Array, at: number): string {
  const start = at === 0 ? 0 : bytes.lastIndexOf(NEWLINE, at - 1) + 1;
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, lineEnd(bytes, at) - start)
    .toString('latin1')
    .trimEnd();
}

/**
 * Goes over whole lines, past blanks, empty lines and comments; `read` gets the offset of everything else and the number
 * of its line, and returns where it ends. Returns the number of the next line.
 */
export function parseLines(
  bytes: Uint8Array,
  start: number,
  firstLine: number,
  read: (bytes: Uint8Array, at: number, line: number) => number,
): number {
  let line = firstLine;
  let at = start;
  while (at < bytes.length) {
    at = skipBlanks(bytes, at);
    if (at >= bytes.length) break;
    if (bytes[at] === NEWLINE) {
      at++;
      line++;
    } else if (bytes[at] === PERCENT) at = lineEnd(bytes, at);
    else at = read(bytes, at, line);
  }
  return line;
}
