import { InvalidArgumentError } from '@sparsek/types';
import { checkInteger } from '../mask/check.js';
import type { MaskExpression } from '../mask/expression.js';
import { type BigBirdOptions, bigbirdBase, type LongformerOptions, longformer } from './encoders.js';
import { gemma2, gemma3 } from './gemma.js';
import { type GptOssOptions, gptOss20b, gptOss120b } from './gpt-oss.js';
import { type MInferenceOptions, minference } from './minference.js';
import { mistral7b } from './mistral.js';
import { phi3Small } from './phi-3-small.js';
import type { LengthOptions, Preset, PresetDefinition } from './preset.js';
import { moba, msa, nsa, type SelectionOptions } from './selection.js';
import { type DuoAttentionOptions, duoAttention, type StreamingOptions, streamingLlm } from './streaming.js';
import { type SlidingTileOptions, slidingTiles, type VideoSparseOptions, videoSparse } from './tiles.js';

type GemmaName = `gemma-2${'' | '-2b' | '-9b' | '-27b'}` | `gemma-3${'' | '-1b' | '-4b' | '-12b' | '-27b'}`;
type GptOssName = `gpt-oss${'' | '-20b' | '-120b'}`;

/** Options of every preset, by name. */
export type PresetOptions = Record<GemmaName | 'mistral' | 'mistral-7b' | 'phi-3-small', LengthOptions> &
  Record<GptOssName, GptOssOptions> & {
    longformer: LongformerOptions;
    bigbird: BigBirdOptions;
    'streaming-llm': StreamingOptions;
    'duo-attention': DuoAttentionOptions;
    minference: MInferenceOptions;
    sta: SlidingTileOptions;
    vsa: VideoSparseOptions;
    nsa: SelectionOptions;
    moba: SelectionOptions;
    msa: SelectionOptions;
  };

export type PresetName = keyof PresetOptions;

/** Names of presets without a required option beyond the length. */
type NamesByLength = {
  [Name in PresetName]: LengthOptions extends PresetOptions[Name] ? Name : never;
}[PresetName];

const PRESETS: { readonly [Name in PresetName]: PresetDefinition<PresetOptions[Name]> } = {
  mistral: mistral7b,
  'mistral-7b': mistral7b,
  'gemma-2': gemma2['gemma-2-9b'],
  'gemma-2-2b': gemma2['gemma-2-2b'],
  'gemma-2-9b': gemma2['gemma-2-9b'],
  'gemma-2-27b': gemma2['gemma-2-27b'],
  'gemma-3': gemma3['gemma-3-4b'],
  'gemma-3-1b': gemma3['gemma-3-1b'],
  'gemma-3-4b': gemma3['gemma-3-4b'],
  'gemma-3-12b': gemma3['gemma-3-12b'],
  'gemma-3-27b': gemma3['gemma-3-27b'],
  'gpt-oss': gptOss120b,
  'gpt-oss-20b': gptOss20b,
  'gpt-oss-120b': gptOss120b,
  longformer,
  bigbird: bigbirdBase,
  'phi-3-small': phi3Small,
  'streaming-llm': streamingLlm,
  'duo-attention': duoAttention,
  minference,
  sta: slidingTiles,
  vsa: videoSparse,
  nsa,
  moba,
  msa,
};

/** Presets that need nothing but a length; the only ones that the mask language can name. */
const BY_LENGTH: ReadonlyMap<string, PresetDefinition<LengthOptions>> = new Map(
  Object.entries({
    ...simple('mistral', 'mistral-7b', 'phi-3-small'),
    ...simple('gemma-2', 'gemma-2-2b', 'gemma-2-9b', 'gemma-2-27b'),
    ...simple('gemma-3', 'gemma-3-1b', 'gemma-3-4b', 'gemma-3-12b', 'gemma-3-27b'),
    ...simple('gpt-oss', 'gpt-oss-20b', 'gpt-oss-120b'),
    ...simple('longformer', 'bigbird', 'streaming-llm', 'minference', 'sta'),
  }),
);

/** The presets of these names, if none of them has an option that must be given. */
function simple<Name extends NamesByLength>(
  ...names: Name[]
): Record<string, PresetDefinition<LengthOptions>> {
  return Object.fromEntries(names.map((name) => [name, PRESETS[name]]));
}

/** Names of all presets. */
export const PRESET_NAMES = Object.keys(PRESETS) as readonly PresetName[];

/**
 * A published model's attention at a length: mask, heads and what else the model's attention needs.
 *
 * @throws InvalidArgumentError for an unknown name, or options that the model cannot have.
 */
export function preset<Name extends PresetName>(name: Name, options: PresetOptions[Name]): Preset {
  if (!Object.hasOwn(PRESETS, name)) throw unknownPreset(name, PRESET_NAMES);
  if (options.length !== undefined) checkInteger(options.length, 'length', 0);
  return PRESETS[name].build(options);
}

/** A preset as a term of a mask expression. */
export function presetTerm(name: string): MaskExpression {
  definitionByLength(name);
  return { kind: 'preset', name };
}

/** The sparse layers' masks of a preset that needs nothing but a length: one for all heads, or one a head. */
export function presetMasks(name: string, keyLength: number): MaskExpression | readonly MaskExpression[] {
  return definitionByLength(name).build({ length: keyLength }).mask;
}

export function presetDependsOnHead(name: string): boolean {
  return definitionByLength(name).perHead;
}

function definitionByLength(name: string): PresetDefinition<LengthOptions> {
  const definition = BY_LENGTH.get(name);
  if (definition) return definition;
  const known = PRESET_NAMES.some((other) => other === name);
  throw unknownPreset(
    name,
    [...BY_LENGTH.keys()],
    known ? ' (it needs data of its own; use preset() instead)' : '',
  );
}

function unknownPreset(name: string, names: readonly string[], note = ''): InvalidArgumentError {
  return new InvalidArgumentError('preset', `one of ${names.join(', ')}`, `${name}${note}`);
}
