/** Rows of bits, `words` 32-bit words a row; bit c of a row is bit `c % 32`, lowest first, of word `c / 32`. */
export function wordsPerRow(columns: number): number {
  return Math.ceil(columns / 32);
}

/** Sets the bits [from, to) of the row that starts at word `offset`; 0 <= from, to <= 32 * words of a row. */
export function setBits(words: Uint32Array, offset: number, from: number, to: number): void {
  if (from >= to) return;
  const first = offset + (from >>> 5);
  const last = offset + ((to - 1) >>> 5);
  const head = 0xffffffff << (from & 31);
  const tail = 0xffffffff >>> (31 - ((to - 1) & 31));
  if (first === last) {
    words[first] = words[first]! | (head & tail);
    return;
  }
  words[first] = words[first]! | head;
  words.fill(0xffffffff, first + 1, last);
  words[last] = words[last]! | tail;
}
