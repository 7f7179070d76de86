import type { MaskExpression } from '../mask/expression.js';

/** What every preset needs to know. */
export interface LengthOptions {
  /** Number of keys, in tokens. */
  readonly length: number;
  /** Number of queries, the last ones of the sequence. Default: length. */
  readonly queryLength?: number;
}

/** Whether a layer uses the preset's mask or dense attention. */
export type LayerKind = 'sparse' | 'dense';

/** A published model's attention: its mask and the parameters that go with it. */
export interface Preset {
  readonly name: string;
  /** Where the parameters come from. */
  readonly source: string;
  /** Of the sparse layers: one expression for all query heads, or one a head. */
  readonly mask: MaskExpression | readonly MaskExpression[];
  /** Of the dense layers, where the model has any. */
  readonly denseMask?: MaskExpression;
  /** Query heads. */
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly length: number;
  readonly queryLength: number;
  /** Default: 1 / sqrt(headDim). */
  readonly scale?: number;
  readonly softcap?: number;
  /** One learned logit a query head, when given to the preset. */
  readonly sinks?: Float32Array;
  /** The model adds learned sink logits, so that attention without `sinks` is not this model's. */
  readonly learnedSinks?: boolean;
  /** One entry a layer; absent where the method is not tied to one model. */
  readonly layers?: readonly LayerKind[];
}

/** How a preset is registered. */
export interface PresetDefinition<Options> {
  readonly name: string;
  /** Heads may have different masks when built from a length alone. */
  readonly perHead: boolean;
  build(options: Options): Preset;
}

/** A preset that needs nothing but a length, so that the mask language can name it. */
export type SimplePreset = PresetDefinition<LengthOptions>;

/** Layer kinds from a rule on the layer's zero-based number. */
export function layerKinds(count: number, isSparse: (layer: number) => boolean): readonly LayerKind[] {
  return Array.from({ length: count }, (_, layer) => (isSparse(layer) ? 'sparse' : 'dense'));
}

export function lengths({ length, queryLength = length }: LengthOptions): {
  length: number;
  queryLength: number;
} {
  return { length, queryLength };
}
