import { checkPattern } from '@sparsek/bsr';
import type { BsrPattern } from '@sparsek/types';
import type { MaskExpression } from '../mask/expression.js';

/**
 * An arbitrary block pattern at its own block size, in tokens. Row r of the pattern is the query at absolute position
 * `r + columns - rows` and column j is key j: a square pattern speaks of absolute positions, a [queryLength, keyLength]
 * one of query indices. Pairs outside of the pattern are not visible.
 *
 * @throws InvalidMatrixError when indices are out of range or not increasing.
 */
export function blocks(pattern: BsrPattern, source?: string): MaskExpression {
  checkPattern(pattern);
  return source === undefined ? { kind: 'blocks', pattern } : { kind: 'blocks', pattern, source };
}
