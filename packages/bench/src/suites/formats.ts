import type { Suite } from '../case/schema.js';

/** Conversions between dense and block-sparse storage. */
export const formatsSuite: Suite = {
  name: 'formats',
  description: 'Dense to BSR and back on the host, float32',
  cases: [16, 64, 128].map((block) => ({
    name: `convert 4096x4096, block ${block}, 12.5 %`,
    operation: 'convert' as const,
    dtype: 'f32' as const,
    seed: 1,
    m: 4096,
    k: 4096,
    pattern: { kind: 'uniform' as const, blockShape: [block, block] as [number, number], density: 0.125 },
  })),
};
