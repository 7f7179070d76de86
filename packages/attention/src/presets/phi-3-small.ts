import type { BsrPattern } from '@sparsek/types';
import type { MaskExpression } from '../mask/expression.js';
import { and } from '../terms/combine.js';
import { causal } from '../terms/regular.js';
import { layerKinds, lengths, type SimplePreset } from './preset.js';

const BLOCK = 64;
const LOCAL_BLOCKS = 16;
const VERTICAL_STRIDE = 8;
const HEADS = 32;
const HEAD_DIM = 128;
const LAYERS = 32;

/** Heads shift by max(1, stride / heads) blocks each, which is 1 here: after 8 heads the patterns repeat. */
const HEAD_SHIFT = Math.max(1, Math.floor(VERTICAL_STRIDE / HEADS));

/**
 * Phi-3-small: causal; with blocks of 64, query block q of head h sees key block k when q - k < 16 or
 * (k + h + 1) % 8 = 0. Every second layer, from the second on, is dense; 32 query and 8 KV heads of 128; the scale is
 * 1 / headDim (muP). Source: Abdin et al., "Phi-3 Technical Report", arXiv 2404.14219, the model's `config.json`, and
 * `get_block_mask` of onnxruntime's test_sparse_attention.py.
 */
export const phi3Small: SimplePreset = {
  name: 'phi-3-small',
  perHead: true,
  build: (options) => {
    const distinct = Array.from({ length: VERTICAL_STRIDE / HEAD_SHIFT }, (_, shift) =>
      headMask(shift * HEAD_SHIFT, options.length),
    );
    return {
      name: 'phi-3-small',
      source:
        'arXiv 2404.14219; microsoft/Phi-3-small-128k-instruct config.json; onnxruntime SparseAttention',
      mask: Array.from({ length: HEADS }, (_, head) => distinct[head % distinct.length]!),
      denseMask: causal(),
      heads: HEADS,
      kvHeads: 8,
      headDim: HEAD_DIM,
      scale: 1 / HEAD_DIM,
      layers: layerKinds(LAYERS, (layer) => (layer + 1) % 2 !== 0),
      ...lengths(options),
    };
  },
};

function headMask(shift: number, length: number): MaskExpression {
  const size = Math.ceil(length / BLOCK);
  const indptr = new Int32Array(size + 1);
  const indices: number[] = [];
  for (let q = 0; q < size; q++) {
    const local = Math.max(q - LOCAL_BLOCKS + 1, 0);
    // The first k >= 0 with (k + shift + 1) % stride = 0.
    const first = (VERTICAL_STRIDE - ((shift + 1) % VERTICAL_STRIDE)) % VERTICAL_STRIDE;
    for (let k = first; k < local; k += VERTICAL_STRIDE) indices.push(k);
    for (let k = local; k <= q; k++) indices.push(k);
    indptr[q + 1] = indices.length;
  }
  const pattern: BsrPattern = {
    shape: [length, length],
    blockShape: [BLOCK, BLOCK],
    indptr,
    indices: Int32Array.from(indices),
  };
  return and(causal(), { kind: 'blocks', pattern });
}
