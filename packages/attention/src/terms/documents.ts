import { InvalidArgumentError } from '@sparsek/types';
import { checkInteger } from '../mask/check.js';
import type { MaskExpression } from '../mask/expression.js';

/** Document ids, one a token; 64-bit ids are accepted as NumPy writes them. */
export type DocumentIds = ArrayLike<number> | ArrayLike<bigint>;

/**
 * Packed documents: a query sees the keys of its own document. Combine with `causal()` for training packs.
 *
 * @param ids Length keyLength: the document of the token at each absolute position. Only equality counts, so any
 *   integers do. A document whose tokens stand in one run costs no table; scattered ones need stored blocks.
 */
export function documents(ids: DocumentIds, source?: string): MaskExpression {
  const numbers = new Map<number | bigint, number>();
  const dense = new Int32Array(ids.length);
  for (let t = 0; t < ids.length; t++) {
    const id = ids[t]!;
    if (typeof id === 'number' && !Number.isInteger(id)) {
      throw new InvalidArgumentError(`ids[${t}]`, 'an integer', id);
    }
    let number = numbers.get(id);
    if (number === undefined) {
      number = numbers.size;
      numbers.set(id, number);
    }
    dense[t] = number;
  }
  return source === undefined ? { kind: 'documents', ids: dense } : { kind: 'documents', ids: dense, source };
}

/**
 * Packed documents given by their lengths in tokens, in order; the difference of neighbours in `cu_seqlens`.
 * The lengths add up to keyLength.
 */
export function documentLengths(lengths: ArrayLike<number>): MaskExpression {
  let total = 0;
  for (let d = 0; d < lengths.length; d++) {
    checkInteger(lengths[d]!, `lengths[${d}]`, 0);
    total += lengths[d]!;
  }
  checkInteger(total, 'the sum of lengths', 0);
  const ids = new Int32Array(total);
  let start = 0;
  for (let d = 0; d < lengths.length; d++) {
    ids.fill(d, start, start + lengths[d]!);
    start += lengths[d]!;
  }
  return { kind: 'documents', ids };
}
