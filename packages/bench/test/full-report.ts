import { referenceBackend } from '@sparsek/validator';
import { measureLimits } from '../src/machine/limits.js';
import type { BenchReport, CaseResult, ContestantResult } from '../src/report/schema.js';
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

/** As long as names of real cases get. */
const LONG = 'attention random 12.5 % of blocks, a mask a head, D = 16, 128 tokens, 8 heads on 2 of K and V';

/**
 * A small run that gives every chart and table of the page something to show, with what must not be overlooked: a wrong
 * result of a peer, a peer that is faster, cases and peers that were left out.
 */
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
    name: length === 128 ? LONG : `attention ${length} tokens`,
    queryLength: length,
    keyLength: length,
  }));
  const backend = referenceBackend();
  const small = { memory: 64, arithmetic: 32, block: 16 };
  const measured = await measureLimits(backend, ['f32'], { sizes: small });
  // As of a GPU, whose plans count what their tiles bring through its L2 cache.
  const limits = { ...measured, l2BytesPerSecond: 3 * measured.bytesPerSecond };
  const contestants = [sparsekContestant(backend, '1'), densePeer] as const;
  const cases = { ...suite(...products, ...sizes, ...attention, convertCase), memory: true };
  const report = await runSuite(cases, contestants, { ...QUICK, minRounds: 1, maxRounds: 1, limits });
  return {
    ...report,
    results: report.results.map(embellish),
    notRun: [{ name: 'spmm 65536x65536x512, block 16', reason: 'out of time' }],
    missingPeers: [{ name: 'SciPy BSR', reason: 'no module named scipy' }],
  };
}

/** What only a GPU, an accident or a fast peer would bring about. */
function embellish(result: CaseResult, index: number): CaseResult {
  const timeRatio = index === 0 ? 0.25 : 2 + index;
  const peers = result.contestants.slice(1).map((peer): ContestantResult => {
    if (peer.timing === undefined) return peer;
    return index === 1 ? { ...peer, timeRatio, check: WRONG } : { ...peer, timeRatio };
  });
  const device = { samples: 3, clockMhz: { median: 1800, min: 1700, max: 1980 }, throttled: ['power cap'] };
  const own = result.contestants.slice(0, 1).map((contestant) => {
    return result.case.operation === 'spmm' ? { ...contestant, l2Bytes: 4 * result.bytes } : contestant;
  });
  return { ...result, contestants: [...own, ...peers], noise: 0.01, device };
}

const WRONG = { passed: false, error: 1, bound: 1e-5, rows: 8 };
