import { allocateInt32 } from '../values/allocate.js';

/** An Int32Array that grows. */
export interface Int32List {
  readonly length: number;
  push(value: number): void;
  /** Sorts the values from `begin` on, ascending. */
  sortFrom(begin: number): void;
  at(index: number): number;
  toArray(): Int32Array;
}

export function createInt32List(): Int32List {
  let buffer = new Int32Array(64);
  let length = 0;
  return {
    get length() {
      return length;
    },
    push(value) {
      if (length === buffer.length) {
        const larger = allocateInt32(length * 2);
        larger.set(buffer);
        buffer = larger as Int32Array<ArrayBuffer>;
      }
      buffer[length++] = value;
    },
    sortFrom(begin) {
      for (let i = begin + 1; i < length; i++) {
        if (buffer[i]! < buffer[i - 1]!) {
          buffer.subarray(begin, length).sort();
          return;
        }
      }
    },
    at: (index) => buffer[index]!,
    toArray: () => buffer.slice(0, length),
  };
}
