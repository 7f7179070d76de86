import { InvalidArgumentError } from '@sparsek/types';
import { isByDistance } from '../mask/by-distance.js';
import type { MaskExpression } from '../mask/expression.js';
import { isList } from '../mask/is-list.js';
import { isBlockMask, isPreset, type Mask } from '../run/resolve-mask.js';
import { type MaskFiles, parseMask } from '../spec/parse-mask.js';
import { and } from '../terms/combine.js';
import { documentLengths } from '../terms/documents.js';
import { all } from '../terms/regular.js';

/** A mask that fits sequences of any length; it holds inside each of them. */
export type VarlenMask = MaskExpression | readonly MaskExpression[] | string;

/** One expression for all, or one for each of the heads, or for each head of each sequence, sequence by sequence. */
export type ResolvedVarlenMask = MaskExpression | readonly MaskExpression[];

/** @throws InvalidArgumentError for a mask that is made for one length. */
export async function resolveVarlenMask(
  mask: VarlenMask = all(),
  load?: MaskFiles,
): Promise<ResolvedVarlenMask> {
  if (typeof mask === 'string') return load ? parseMask(mask, { load }) : parseMask(mask);
  const given: Mask | null = mask;
  if (typeof given !== 'object' || given === null || isBlockMask(given) || isPreset(given)) {
    const wanted =
      'a mask expression, a list of them or a text, for sequences of any length (for a model: presetTerm)';
    throw new InvalidArgumentError('mask', wanted, describe(given));
  }
  return given;
}

function describe(mask: unknown): unknown {
  if (typeof mask !== 'object' || mask === null) return mask;
  return 'patterns' in mask ? 'a compiled mask' : 'a preset';
}

/** Checks the number of expressions; says whether sequences differ. */
export function differsBySequence(mask: ResolvedVarlenMask, heads: number, sequences: number): boolean {
  if (!isList(mask) || mask.length === heads) return false;
  if (mask.length === heads * sequences) return true;
  throw new InvalidArgumentError(
    'mask',
    `${heads} expressions (heads) or ${sequences * heads} (sequences x heads)`,
    `${mask.length} expressions`,
  );
}

/** The expressions of some sequences. */
export function maskOf(
  mask: ResolvedVarlenMask,
  heads: number,
  first: number,
  count: number,
  differs: boolean,
): MaskExpression | MaskExpression[] {
  if (!isList(mask)) return mask;
  return differs ? mask.slice(first * heads, (first + count) * heads) : [...mask];
}

/** The mask of all sequences as one, when their documents and distances say it all; else undefined. */
export function packedMask(
  mask: ResolvedVarlenMask,
  lengths: Int32Array,
): MaskExpression | MaskExpression[] | undefined {
  const list = isList(mask) ? mask : [mask];
  if (!list.every(isByDistance)) return undefined;
  const own = documentLengths(lengths);
  return isList(mask) ? mask.map((expression) => and(own, expression)) : and(own, mask);
}
