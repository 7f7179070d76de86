import type { AttentionCase, BenchCase, SpmmCase } from '../case/schema.js';
import type { SuiteMaker } from './suite-maker.js';

const SIZES = [16, 256] as const;

const ON_CPU = ['call', 'plan'] as const;
const ON_GPU = ['call', 'launch', 'plan'] as const;

/** What the host costs: problems so small that the call around them is what takes the time. */
export const hostSuite: SuiteMaker = (device) => {
  const dtype = device === 'gpu' ? 'f16' : 'f32';
  const products = SIZES.map(
    (size): SpmmCase => ({
      name: `spmm ${size}x${size}x16`,
      operation: 'spmm',
      dtype,
      seed: 1,
      m: size,
      k: size,
      n: 16,
      pattern: { kind: 'uniform', blockShape: [16, 16], density: size === 16 ? 1 : 0.125 },
    }),
  );
  const attention: AttentionCase = {
    name: 'attention 64 tokens, D = 64',
    operation: 'attention',
    dtype,
    seed: 1,
    batch: 1,
    heads: 1,
    kvHeads: 1,
    headDim: 64,
    queryLength: 64,
    keyLength: 64,
    mask: 'causal',
    blockShape: [64, 64],
  };
  return {
    name: 'host',
    description: 'What a call, a launch and a plan of tiny problems cost, by the wall clock',
    cases: [...products, attention].flatMap((tiny) =>
      (device === 'gpu' ? ON_GPU : ON_CPU).map(
        (measure): BenchCase => ({ ...tiny, name: `${measure}: ${tiny.name}`, measure }),
      ),
    ),
  };
};
