import type { SuiteMaker } from './suite-maker.js';

const KIBI = 1024;
const LENGTHS = [16, 32, 64, 128] as const;

/** Windowed attention over longer and longer contexts: time and memory should grow with the length, not its square. */
export const memorySuite: SuiteMaker = (device) => {
  const dtype = device === 'gpu' ? 'bf16' : 'f32';
  return {
    name: 'memory',
    description:
      'Peak memory and time of attention under a window of 1024 keys, against the length of the context',
    memory: true,
    cases: LENGTHS.map((length) => ({
      name: `attention window 1024, D = 64, ${length}K tokens, 4 heads`,
      operation: 'attention',
      dtype,
      seed: 1,
      batch: 1,
      heads: 4,
      kvHeads: 4,
      headDim: 64,
      queryLength: length * KIBI,
      keyLength: length * KIBI,
      mask: 'window:1024',
      blockShape: [64, 64],
    })),
  };
};
