import {
  and,
  blocks,
  causal,
  compileMask,
  documentLengths,
  type MaskExpression,
  parseMask,
} from '@sparsek/attention';
import { randomPattern } from '@sparsek/bsr';
import type { BlockMask } from '@sparsek/types';
import type { AttentionCase } from './schema.js';

/** One expression, or one a query head. */
function expressionOf(benchCase: AttentionCase): MaskExpression | readonly MaskExpression[] {
  const { mask, queryLength, keyLength, blockShape, seed, heads } = benchCase;
  if (typeof mask === 'string') return parseMask(mask);
  if (mask.kind === 'documents') return and(causal(), documentLengths(mask.lengths));
  const shape = [queryLength, keyLength] as const;
  const random = (head: number) =>
    blocks(randomPattern({ shape, blockShape, density: mask.density, seed: seed + head }));
  return mask.perHead ? Array.from({ length: heads }, (_, head) => random(head)) : random(0);
}

/** The compiled mask of a case. */
export function makeMask(benchCase: AttentionCase): BlockMask {
  const { queryLength, keyLength, heads, blockShape } = benchCase;
  const mask = expressionOf(benchCase);
  const options = { queryLength, keyLength, blockShape };
  const compiled = compileMask(mask, isList(mask) ? options : { ...options, heads });
  const alike = compiled.patterns.length === 1;
  // Heads that look alike are one head to whoever reads the mask.
  return alike ? { ...compiled, heads: 1, headMap: Int32Array.of(0) } : compiled;
}

function isList(mask: MaskExpression | readonly MaskExpression[]): mask is readonly MaskExpression[] {
  return Array.isArray(mask);
}
