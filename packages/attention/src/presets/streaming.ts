import { InvalidArgumentError } from '@sparsek/types';
import type { MaskExpression } from '../mask/expression.js';
import { and, or } from '../terms/combine.js';
import { causal, sink, window } from '../terms/regular.js';
import { type LengthOptions, lengths, type PresetDefinition } from './preset.js';

export interface StreamingOptions extends LengthOptions {
  /** Tokens at the start that stay visible. */
  readonly sinkTokens?: number;
  /** Most recent tokens that stay visible, the query's own included. */
  readonly recentTokens?: number;
}

/**
 * StreamingLLM on Llama-2-7B: causal, 4 sink tokens and the 1020 most recent ones; 32 heads of 128.
 * Source: Xiao et al., "Efficient Streaming Language Models with Attention Sinks", ICLR 2024 (cache "4 + 1020"). Its
 * positional encoding counts places in the cache, which is up to whoever makes Q and K.
 */
export const streamingLlm: PresetDefinition<StreamingOptions> = {
  name: 'streaming-llm',
  perHead: false,
  build: (options) => ({
    name: 'streaming-llm',
    source: 'arXiv 2309.17453',
    mask: streamingMask(options.sinkTokens ?? 4, options.recentTokens ?? 1020),
    heads: 32,
    kvHeads: 32,
    headDim: 128,
    ...lengths(options),
  }),
};

export interface DuoAttentionOptions extends StreamingOptions {
  /** One gate a KV head of the layer, from `full_attention_heads.tsv`. */
  readonly gates: ArrayLike<number>;
  /** Heads with at least this gate keep full attention. Default 0.5. */
  readonly threshold?: number;
}

const DUO_HEADS = 32;
const DUO_KV_HEADS = 8;

/**
 * DuoAttention on Llama-3-8B: heads whose gate reaches the threshold are causal, the others stream with 64 sink and 256
 * recent tokens (128 and 256 in training); a gate rules the whole group of a KV head; 32 query and 8 KV heads of 128.
 * Source: Xiao et al., "DuoAttention", ICLR 2025, and mit-han-lab/duo-attention, attn_patterns.
 */
export const duoAttention: PresetDefinition<DuoAttentionOptions> = {
  name: 'duo-attention',
  perHead: true,
  build: (options) => {
    const { gates, threshold = 0.5 } = options;
    if (gates?.length !== DUO_KV_HEADS) {
      throw new InvalidArgumentError('gates', `${DUO_KV_HEADS} numbers, one a KV head`, gates);
    }
    const full = causal();
    const streaming = streamingMask(options.sinkTokens ?? 64, options.recentTokens ?? 256);
    const group = DUO_HEADS / DUO_KV_HEADS;
    return {
      name: 'duo-attention',
      source: 'arXiv 2410.10819; mit-han-lab/duo-attention',
      mask: Array.from({ length: DUO_HEADS }, (_, head) =>
        gates[Math.floor(head / group)]! >= threshold ? full : streaming,
      ),
      heads: DUO_HEADS,
      kvHeads: DUO_KV_HEADS,
      headDim: 128,
      ...lengths(options),
    };
  },
};

function streamingMask(sinkTokens: number, recentTokens: number): MaskExpression {
  return and(causal(), or(sink(sinkTokens), window(recentTokens)));
}
