import { type BlockMask, type BlockShape, InvalidArgumentError, InvalidMaskError } from '@sparsek/types';
import { compileMask } from '../compile/compile-mask.js';
import type { MaskExpression } from '../mask/expression.js';
import { isList } from '../mask/is-list.js';
import type { Preset } from '../presets/preset.js';
import { type MaskFiles, parseMask } from '../spec/parse-mask.js';
import { all } from '../terms/regular.js';

/**
 * A mask in any of its forms: compiled, an expression, expressions for each head (or for each head of each batch, batch
 * by batch), a text in the mask language, or a model's preset.
 */
export type Mask = BlockMask | MaskExpression | readonly MaskExpression[] | string | Preset;

export interface MaskOptions {
  /** Default: every pair visible. */
  readonly mask?: Mask | undefined;
  /** Block size of the compiled mask; see `compileMask`. */
  readonly blockShape?: BlockShape | undefined;
  /** Reads the files that a text in the mask language names. */
  readonly load?: MaskFiles | undefined;
}

/** What the tensors say about a mask's extent. */
export interface MaskExtent {
  readonly batch: number;
  readonly heads: number;
  readonly queryLength: number;
  readonly keyLength: number;
}

/** Compiles a mask in any form for one attention problem, or checks that a compiled one fits it. */
export async function resolveMask(options: MaskOptions, extent: MaskExtent): Promise<BlockMask> {
  const { mask = all() } = options;
  if (isBlockMask(mask)) return fitting(mask, extent);
  const expression = isPreset(mask)
    ? mask.mask
    : typeof mask === 'string'
      ? await parse(mask, options.load)
      : mask;
  if (typeof expression !== 'object' || expression === null) {
    throw new InvalidArgumentError('mask', 'a block mask, mask expression, text or preset', mask);
  }
  const { batch, heads, queryLength, keyLength } = extent;
  const { blockShape } = options;
  const list = isList(expression);
  return compileMask(expression, {
    queryLength,
    keyLength,
    heads,
    batches: list && expression.length === batch * heads ? batch : 1,
    ...(blockShape && { blockShape }),
  });
}

export function isPreset(mask: Mask | undefined): mask is Preset {
  return typeof mask === 'object' && mask !== null && 'kvHeads' in mask;
}

export function isBlockMask(mask: Mask): mask is BlockMask {
  return typeof mask === 'object' && mask !== null && 'patterns' in mask;
}

async function parse(spec: string, load: MaskFiles | undefined): Promise<MaskExpression> {
  return load ? parseMask(spec, { load }) : parseMask(spec);
}

function fitting(mask: BlockMask, { batch, heads, queryLength, keyLength }: MaskExtent): BlockMask {
  if (mask.queryLength !== queryLength || mask.keyLength !== keyLength) {
    throw new InvalidMaskError(
      `Expected a mask of ${queryLength} queries and ${keyLength} keys but received one of ${mask.queryLength} and ${mask.keyLength}`,
    );
  }
  if (![1, batch].includes(mask.batches) || ![1, heads].includes(mask.heads)) {
    throw new InvalidMaskError(
      `Expected a mask for 1 or ${batch} batches and 1 or ${heads} heads but received one for ${mask.batches} and ${mask.heads}`,
    );
  }
  return mask;
}
