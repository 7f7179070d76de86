import type { BlockShape, Dtype } from '@sparsek/types';
import type { AttentionCase, ClauseSpec, MaskSpec } from './case.js';
import { regular, sharedMask, stored } from './masks.js';
import { randomly } from './patterns.js';

/*
 * The grids of other projects' tests of attention: extents, block sizes and masks, with values and random blocks of our own
 * generator. Long cases compare some rows.
 */

type Draft = Partial<AttentionCase> & Pick<AttentionCase, 'name' | 'mask' | 'heads' | 'kvHeads' | 'headDim'>;

const SAMPLED_ROWS = 96;
const CAUSAL: ClauseSpec = { diagonal: [null, 0] };

/** Cases of `attention` after the tests of FlashAttention, FlashInfer, Block-Sparse-Attention, cuDNN and ONNX Runtime. */
export function peerCases(seed: number): AttentionCase[] {
  const drafts = [
    ...flashAttention(),
    ...flashInfer(seed),
    ...blockSparseAttention(seed),
    ...cudnn(seed),
    ...onnxRuntime(),
  ];
  const dtypes: readonly Dtype[] = ['bf16', 'f16', 'f32'];
  return drafts.map((draft, index) => ({
    operation: 'attention',
    seed: seed + 9000 + index,
    dtype: dtypes[index % dtypes.length]!,
    batch: 1,
    layout: index % 2 === 0 ? 'bshd' : 'bhsd',
    q: {},
    k: {},
    v: {},
    lse: true,
    sampledRows: SAMPLED_ROWS,
    ...draft,
  }));
}

/** tests/cute/test_mask_mod.py and test_block_sparsity.py: odd lengths, MHA, GQA and MQA. */
function flashAttention(): Draft[] {
  const block: BlockShape = [128, 128];
  const lengths = [
    [1, 1],
    [64, 128],
    [113, 203],
    [239, 1],
    [799, 3],
    [1023, 1024],
    [2049, 2049],
  ] as const;
  const masks: Readonly<Record<string, readonly ClauseSpec[]>> = {
    causal: [CAUSAL],
    'window 128': [{ diagonal: [-127, 0] }],
    'window 256': [{ diagonal: [-255, 0] }],
    'prefix 512': [CAUSAL, { columns: [null, 512] }],
    'two-sided window 512': [{ diagonal: [-511, 511] }],
  };
  return lengths.flatMap((pair, n) =>
    Object.entries(masks).map(([name, clauses], m) => ({
      name: `FlashAttention: ${name}, ${pair.join(' x ')}`,
      heads: 4,
      kvHeads: [4, 2, 1][(n + m) % 3]!,
      headDim: m % 2 === 0 ? 128 : 64,
      mask: sharedMask(pair, block, regular(...clauses)),
    })),
  );
}

/** tests/attention/test_block_sparse.py: small blocks of R x C with a bitmap in each, few and many heads. */
function flashInfer(seed: number): Draft[] {
  const sides = [1, 4, 16] as const;
  return sides.flatMap((height) =>
    sides.flatMap((width) =>
      ([64, 128, 256] as const).map((length, n) => {
        const lengths = [length, [256, 64, 128][n]!] as const;
        const [heads, kvHeads] = (
          [
            [1, 1],
            [4, 1],
            [16, 4],
          ] as const
        )[n]!;
        const pattern = stored(lengths, [height, width], randomly(seed + height * 31 + width, 0.25));
        return {
          name: `FlashInfer: blocks of ${height} x ${width}, ${lengths.join(' x ')}`,
          heads,
          kvHeads,
          headDim: n === 0 ? 256 : 128,
          mask: sharedMask(lengths, [height, width], pattern),
        };
      }),
    ),
  );
}

/** block_sparse_tests/fwd/test_correctness/full_test.py: dense, streaming and sparse heads together. */
function blockSparseAttention(seed: number): Draft[] {
  const lengths = [
    [113, 203],
    [128, 217],
    [113, 211],
    [108, 256],
    [256, 512],
    [512, 256],
    [1024, 1024],
  ] as const;
  const block: BlockShape = [128, 128];
  return lengths.flatMap((pair, n) =>
    [0, 0.1, 0.3, 0.7, 1].map((sparsity, m) => {
      const patterns = [
        regular(CAUSAL),
        regular({ diagonal: [-255, 0] }, { ...CAUSAL, columns: [null, 64] }),
        stored(pair, block, randomly(seed + n, 1 - sparsity), { fillOf: () => 1, clauses: [CAUSAL] }),
      ];
      const mask: MaskSpec = {
        ...sharedMask(pair, block, regular()),
        patterns,
        heads: 6,
        headMap: [0, 1, 2, 2, 1, 0],
      };
      return {
        name: `Block-Sparse-Attention: sparsity ${sparsity}, ${pair.join(' x ')}`,
        heads: 6,
        kvHeads: [6, 2][m % 2]!,
        headDim: [32, 64, 128][(n + m) % 3]!,
        mask,
      };
    }),
  );
}

/** test/python/fe_api: empty rows of blocks, a tail of 65 keys, 96 dimensions. */
function cudnn(seed: number): Draft[] {
  return ([64, 128] as const).flatMap((size) =>
    [64, 96, 128].map((headDim) => {
      const lengths = [3 * size, 4 * size + 65] as const;
      const keep = randomly(seed + size, 0.4);
      const pattern = stored(lengths, [size, size], (row, ...rest) => row !== 1 && keep(row, ...rest));
      return {
        name: `cuDNN: blocks of ${size}, an empty row, a tail of 65 keys, dimension ${headDim}`,
        heads: 2,
        kvHeads: 1,
        headDim,
        mask: sharedMask(lengths, [size, size], pattern),
      };
    }),
  );
}

/** test_sparse_attention.py: Phi-3's local blocks and vertical stride that heads shift, as prefill and with a past. */
function onnxRuntime(): Draft[] {
  const block = 64;
  const [local, stride] = [4, 2];
  const pairs = [
    ...[1, 64, 127, 128, 192, 256].map((length) => [length, length] as const),
    ...[1, 63, 64, 127, 128, 511].map((past) => [1, past + 1] as const),
  ];
  return pairs.flatMap((pair) =>
    [2, 4].map((layouts) => {
      // Absolute rows of blocks, as ONNX Runtime has them: queries stand at the end of the keys.
      const first = pair[1] - pair[0];
      const height = first % block === 0 ? block : 1;
      const patterns = Array.from({ length: layouts }, (_, head) =>
        stored(
          pair,
          [height, block],
          (row, column) => {
            const at = Math.floor((first + row * height) / block);
            return at - column >= 0 && (at - column < local || (column + head + 1) % stride === 0);
          },
          { fillOf: () => 1, clauses: [CAUSAL] },
        ),
      );
      return {
        name: `ONNX Runtime: ${pair[0]} new of ${pair[1]} tokens, ${layouts} layouts`,
        heads: 8,
        kvHeads: 4,
        headDim: 128,
        scale: 1.8 / Math.sqrt(128),
        q: { deviation: 0.1 },
        k: { deviation: 0.1 },
        v: { deviation: 0.1 },
        mask: {
          ...sharedMask(pair, [height, block], regular()),
          patterns,
          heads: 8,
          headMap: Array.from({ length: 8 }, (_, head) => head % layouts),
        },
      };
    }),
  );
}
