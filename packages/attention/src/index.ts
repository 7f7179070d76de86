export { MAX_CLAUSES } from './compile/clauses.js';
export { type CompileOptions, compileMask } from './compile/compile-mask.js';
export type { BigBirdParameters, MaskContext, MaskExpression } from './mask/expression.js';
export { visible } from './mask/visible.js';
export type { LayerKind, LengthOptions, Preset } from './presets/preset.js';
export { PRESET_NAMES, type PresetName, type PresetOptions, preset, presetTerm } from './presets/registry.js';
export { type AttentionOptions, attention, type TimedAttention } from './run/attention.js';
export {
  type AttentionPlan,
  type AttentionShapeOptions,
  type PlanAttentionOptions,
  planAttention,
} from './run/plan-attention.js';
export type { Mask, MaskOptions } from './run/resolve-mask.js';
export { usefulFlops } from './run/useful-flops.js';
export { formatMask } from './spec/format-mask.js';
export { type MaskFiles, type ParseOptions, parseMask } from './spec/parse-mask.js';
export { bigbird } from './terms/bigbird.js';
export { blocks } from './terms/blocks.js';
export { and, not, or } from './terms/combine.js';
export { type DocumentIds, documentLengths, documents } from './terms/documents.js';
export { all, causal, dilated, global, prefix, sink, window } from './terms/regular.js';
export { type BlockSelection, selectedBlocks } from './terms/selected-blocks.js';
export { type Extent3d, type SlidingTiles, type Tiling, tileOrder, tiles3d } from './terms/tiles-3d.js';
export { type VerticalSlash, verticalSlash } from './terms/vertical-slash.js';
export type { PackedTensor } from './varlen/packed-tensor.js';
export {
  type PlanVarlenAttentionOptions,
  planVarlenAttention,
  type VarlenAttentionPlan,
  type VarlenInputs,
  type VarlenResult,
  type VarlenShapeOptions,
} from './varlen/plan-varlen-attention.js';
export type { SequenceOffsets } from './varlen/sequences.js';
export {
  type TimedVarlenAttention,
  type VarlenAttentionOptions,
  varlenAttention,
} from './varlen/varlen-attention.js';
export type { VarlenMask } from './varlen/varlen-mask.js';
