import { InvalidArgumentError } from '@sparsek/types';
import { checkInteger } from '../mask/check.js';

/** Where the sequences of a packed batch stand: those of queries and of keys, in tokens. */
export interface SequenceOffsets {
  /**
   * Where each sequence's queries begin, and their total at the end: n + 1 integers from 0 on that do not decrease, as
   * `cu_seqlens_q` in FlashAttention's functions for variable lengths.
   */
  readonly cuSeqlensQ: ArrayLike<number>;
  /** The same of the keys (`cu_seqlens_k`). Default: `cuSeqlensQ`. */
  readonly cuSeqlensK?: ArrayLike<number> | undefined;
}

/** Neighbouring sequences of equal lengths, which are one batch as they lie in memory. */
export interface SequenceGroup {
  /** Number of the first sequence, and how many follow it. */
  readonly first: number;
  readonly count: number;
  readonly queryBegin: number;
  readonly keyBegin: number;
  readonly queryLength: number;
  readonly keyLength: number;
}

/** @throws InvalidArgumentError when the offsets are not n + 1 integers from 0 on, or decrease, or differ in number. */
export function checkOffsets({ cuSeqlensQ, cuSeqlensK = cuSeqlensQ }: SequenceOffsets): void {
  checkAscending(cuSeqlensQ, 'cuSeqlensQ');
  checkAscending(cuSeqlensK, 'cuSeqlensK');
  if (cuSeqlensK.length !== cuSeqlensQ.length) {
    throw new InvalidArgumentError(
      'cuSeqlensK.length',
      `${cuSeqlensQ.length}, as many as in cuSeqlensQ,`,
      cuSeqlensK.length,
    );
  }
}

function checkAscending(offsets: ArrayLike<number>, name: string): void {
  if (typeof offsets !== 'object' || offsets === null || !(offsets.length >= 1)) {
    throw new InvalidArgumentError(name, 'an array of one number more than there are sequences', offsets);
  }
  if (offsets[0] !== 0) throw new InvalidArgumentError(`${name}[0]`, '0', offsets[0]);
  for (let s = 1; s < offsets.length; s++) {
    checkInteger(offsets[s]!, `${name}[${s}]`, 0);
    if (offsets[s]! < offsets[s - 1]!) {
      throw new InvalidArgumentError(
        `${name}[${s}]`,
        `at least ${offsets[s - 1]}, where the sequence before ends,`,
        offsets[s],
      );
    }
  }
}

/** Tokens of all sequences. */
export function totalOf(offsets: ArrayLike<number>): number {
  return offsets[offsets.length - 1]!;
}

/** The sequences in order; neighbours of equal lengths together, those without queries left out. */
export function groupSequences({ cuSeqlensQ, cuSeqlensK = cuSeqlensQ }: SequenceOffsets): SequenceGroup[] {
  const groups: SequenceGroup[] = [];
  for (let s = 0; s + 1 < cuSeqlensQ.length; s++) {
    const [queryBegin, keyBegin] = [cuSeqlensQ[s]!, cuSeqlensK[s]!];
    const queryLength = cuSeqlensQ[s + 1]! - queryBegin;
    const keyLength = cuSeqlensK[s + 1]! - keyBegin;
    const last = groups.at(-1);
    if (
      last &&
      last.first + last.count === s &&
      last.queryLength === queryLength &&
      last.keyLength === keyLength
    ) {
      groups[groups.length - 1] = { ...last, count: last.count + 1 };
    } else if (queryLength > 0) {
      groups.push({ first: s, count: 1, queryBegin, keyBegin, queryLength, keyLength });
    }
  }
  return groups;
}

/** The lengths, when every sequence has as many queries as keys. */
export function equalLengths({
  cuSeqlensQ,
  cuSeqlensK = cuSeqlensQ,
}: SequenceOffsets): Int32Array | undefined {
  for (let s = 0; s < cuSeqlensQ.length; s++) if (cuSeqlensQ[s] !== cuSeqlensK[s]) return undefined;
  return Int32Array.from({ length: cuSeqlensQ.length - 1 }, (_, s) => cuSeqlensQ[s + 1]! - cuSeqlensQ[s]!);
}
