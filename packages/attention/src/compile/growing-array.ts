/** An Int32Array that grows by doubling. */
export interface GrowingArray {
  readonly length: number;
  push(value: number): void;
  /** The values so far, in an array of their own. */
  take(): Int32Array;
}

export function growingArray(): GrowingArray {
  let values = new Int32Array(64);
  let length = 0;
  return {
    get length() {
      return length;
    },
    push(value) {
      if (length === values.length) {
        const larger = new Int32Array(2 * length);
        larger.set(values);
        values = larger;
      }
      values[length++] = value;
    },
    take: () => values.slice(0, length),
  };
}
