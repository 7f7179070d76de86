import { InvalidArgumentError } from '@sparsek/types';
import type { Preset } from '../presets/preset.js';
import { isPreset, type Mask } from './resolve-mask.js';
import type { AttentionExtents } from './shapes.js';

/** What a preset says about attention, beyond its mask. */
export interface PresetDefaults {
  readonly scale?: number;
  readonly softcap?: number;
  readonly sinks?: Float32Array;
}

/**
 * The defaults that a mask given as a preset brings along.
 *
 * @throws InvalidArgumentError when the problem has not the model's heads, head dimension or the preset's lengths. Use
 *   `preset.mask` alone for another shape.
 */
export function presetDefaults(mask: Mask | undefined, extents: AttentionExtents): PresetDefaults {
  if (!isPreset(mask)) return {};
  requireFit(mask, 'heads', extents.heads, mask.heads);
  requireFit(mask, 'kvHeads', extents.kvHeads, mask.kvHeads);
  requireFit(mask, 'headDim', extents.headDim, mask.headDim);
  requireFit(mask, 'keyLength', extents.keyLength, mask.length);
  requireFit(mask, 'queryLength', extents.queryLength, mask.queryLength);
  return {
    ...(mask.scale !== undefined && { scale: mask.scale }),
    ...(mask.softcap !== undefined && { softcap: mask.softcap }),
    ...(mask.sinks && { sinks: mask.sinks }),
  };
}

/** Throws when a model with learned sinks is run without them, which would silently be another model. */
export function requireLearnedSinks(mask: Mask | undefined, sinks: Float32Array | undefined): void {
  if (isPreset(mask) && mask.learnedSinks && !sinks) {
    throw new InvalidArgumentError('sinks', `the ${mask.heads} learned sink logits of ${mask.name}`, sinks);
  }
}

function requireFit(preset: Preset, name: string, received: number, wanted: number): void {
  if (received !== wanted)
    throw new InvalidArgumentError(name, `${wanted}, as preset ${preset.name} has,`, received);
}
