import type { Suite } from '../case/schema.js';

const BLOCKS = [16, 32, 64, 128] as const;
const WINDOW = 'window:1024';
/** Every key: the same problem run dense. */
const DENSE = 'sink:16384';

/** Products at one density over the usual block sizes, and attention under a window against the same run dense. */
export const cpuSuite: Suite = {
  name: 'cpu',
  description: 'Block-sparse products and attention on the CPU, float32',
  cases: [
    ...BLOCKS.map((block) => ({
      name: `spmm 4096x4096x512, block ${block}, 12.5 %`,
      operation: 'spmm' as const,
      dtype: 'f32' as const,
      seed: 1,
      m: 4096,
      k: 4096,
      n: 512,
      pattern: { kind: 'uniform' as const, blockShape: [block, block] as [number, number], density: 0.125 },
    })),
    ...[DENSE, WINDOW].map((mask) => ({
      name: `attention 16384 tokens, 8 heads, D = 64, ${mask}`,
      operation: 'attention' as const,
      dtype: 'f32' as const,
      seed: 1,
      batch: 1,
      heads: 8,
      kvHeads: 8,
      headDim: 64,
      queryLength: 16384,
      keyLength: 16384,
      mask,
      blockShape: [64, 64] as [number, number],
    })),
  ],
};
