import { InvalidArgumentError } from '@sparsek/types';
import { and } from '../terms/combine.js';
import { causal } from '../terms/regular.js';
import { selectedBlocks } from '../terms/selected-blocks.js';
import { type LayerKind, type LengthOptions, layerKinds, lengths, type PresetDefinition } from './preset.js';

export interface SelectionOptions extends LengthOptions {
  /**
   * `[kvHeads, queryLength, topK]` key block numbers, -1 for none, from the model's router. Where a model always sees the
   * query's own block, it is visible whether or not it is named.
   */
  readonly indices: ArrayLike<number>;
  /** Places for blocks a query. Default: the model's. */
  readonly topK?: number;
  /** Tokens a key block. */
  readonly block?: number;
}

interface SelectionModel {
  readonly name: string;
  readonly source: string;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly block: number;
  readonly topK: number;
  /** The block that holds the query is always visible. */
  readonly own: boolean;
  readonly layers?: readonly LayerKind[];
}

/**
 * Native sparse attention, the selected branch: causal, the top 16 blocks of 64 keys per query and KV head; 32 query
 * and 2 KV heads of 64. The compressed and window branches (`window(512)`) have softmaxes of their own.
 * Source: Yuan et al., "Native Sparse Attention", ACL 2025, arXiv 2502.11089, and fla-org, nsa_340M.json.
 */
export const nsa = selectionPreset({
  name: 'nsa',
  source: 'arXiv 2502.11089; fla-org/native-sparse-attention configs/nsa_340M.json',
  heads: 32,
  kvHeads: 2,
  headDim: 64,
  block: 64,
  topK: 16,
  own: false,
});

/**
 * Mixture of block attention on Llama-3.1-8B: causal, the top 3 blocks of 512 keys, of which the query's own block is
 * always one; 32 query and 8 KV heads of 128, one selection a KV head here. Source: Lu et al., "MoBA", arXiv 2502.13189,
 * and MoonshotAI/MoBA, moba_naive.py (the gate of the own block is infinite).
 */
export const moba = selectionPreset({
  name: 'moba',
  source: 'arXiv 2502.13189; MoonshotAI/MoBA',
  heads: 32,
  kvHeads: 8,
  headDim: 128,
  block: 512,
  topK: 3,
  own: true,
});

/**
 * MiniMax sparse attention: causal, the top 16 blocks of 128 keys per query and KV head, of which the query's own block
 * is always one; 64 query and 4 KV heads of 128; 3 dense layers, then 57 sparse ones. Source: MiniMax-M3 as described in
 * flashinfer issue 4567 and llama.cpp pull request 24908.
 */
export const msa = selectionPreset({
  name: 'msa',
  source: 'MiniMax-M3; flashinfer-ai/flashinfer issue 4567',
  heads: 64,
  kvHeads: 4,
  headDim: 128,
  block: 128,
  topK: 16,
  own: true,
  layers: layerKinds(60, (layer) => layer >= 3),
});

function selectionPreset(model: SelectionModel): PresetDefinition<SelectionOptions> {
  const { name, source, heads, kvHeads, headDim, own, layers } = model;
  return {
    name,
    perHead: true,
    build: (options) => {
      const { indices, topK = model.topK, block = model.block } = options;
      const { length, queryLength } = lengths(options);
      const perHead = queryLength * topK;
      if (indices?.length !== kvHeads * perHead) {
        throw new InvalidArgumentError(
          'indices',
          `[${kvHeads}, ${queryLength}, ${topK}] block numbers`,
          indices,
        );
      }
      const groups = Array.from({ length: kvHeads }, (_, kvHead) =>
        and(
          causal(),
          selectedBlocks({
            indices: Array.from({ length: perHead }, (_entry, n) => indices[kvHead * perHead + n]!),
            count: topK,
            keyBlock: block,
            own,
            queryLength,
            keyLength: length,
          }),
        ),
      );
      return {
        name,
        source,
        mask: Array.from({ length: heads }, (_, head) => groups[Math.floor((head * kvHeads) / heads)]!),
        ...(layers && { denseMask: causal(), layers }),
        heads,
        kvHeads,
        headDim,
        length,
        queryLength,
      };
    },
  };
}
