/**
 * White space of ASCII, line ends included. Other control characters are none: a page of zeros in a damaged file must not
 * end a number early.
 */
export function isBlank(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}
