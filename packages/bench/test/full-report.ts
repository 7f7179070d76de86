import { referenceBackend } from '@sparsek/validator';
import { measureLimits } from '../src/machine/limits.js';
import type { BenchReport } from '../src/report/schema.js';
import type { Contestant } from '../src/runner/contestant.js';
import { runSuite } from '../src/runner/run-suite.js';
import { sparsekContestant } from '../src/runner/sparsek-contestant.js';
import { attentionCase, convertCase, QUICK, spmmCase, suite } from './cases.js';

/** A dense peer that takes 0.2 ms whatever the density, so that there is a crossover to draw. */
const densePeer: Contestant = {
  name: 'NumPy dense',
  version: '0',
  prepare: async ({ operation }) =>
    operation === 'spmm'
      ? { run: async () => 0.2, [Symbol.asyncDispose]: async () => undefined }
      : { skipped: `has no ${operation}` },
  [Symbol.asyncDispose]: async () => undefined,
};

/** A small run that gives every chart of the page something to draw. */
export async function fullReport(): Promise<BenchReport> {
  const products = [0.25, 0.5, 0.75, 1].flatMap((density) =>
    [16, 32].map((block) => ({
      ...spmmCase,
      name: `spmm 64x64x24, block ${block}, ${100 * density} %`,
      m: 64,
      pattern: { kind: 'uniform' as const, blockShape: [block, block] as [number, number], density },
    })),
  );
  const sizes = [32, 96, 128].map((m) => ({ ...spmmCase, name: `spmm ${m}x64x24, block 16`, m }));
  const attention = [64, 96, 128].map((length) => ({
    ...attentionCase,
    name: `attention ${length} tokens`,
    queryLength: length,
    keyLength: length,
  }));
  const backend = referenceBackend();
  const limits = await measureLimits(backend, ['f32'], { sizes: { memory: 64, arithmetic: 32, block: 16 } });
  const contestants = [sparsekContestant(backend, '1'), densePeer] as const;
  const cases = { ...suite(...products, ...sizes, ...attention, convertCase), memory: true };
  return runSuite(cases, contestants, { ...QUICK, minRounds: 1, maxRounds: 1, limits });
}
