import { median } from 'simple-statistics';
import type { BenchReport, CaseResult, MachineLimits } from './schema.js';

/** What the roofline model (Williams, Waterman and Patterson, CACM 2009) expects of a case. */
export interface Expectation {
  readonly expectedMs: number;
  /** Which limit binds: arithmetic, what the kernel's tiles read through the L2 cache, or the fewest bytes of memory. */
  readonly boundBy: Bound;
}

type Bound = NonNullable<CaseResult['expected']>['boundBy'];

/** Undefined where the case does no arithmetic that was measured, or times something else. */
export function expectationOf(result: CaseResult, limits: MachineLimits): Expectation | undefined {
  const { case: it, usefulFlops, bytes, contestants } = result;
  const peak = limits.arithmetic.find(({ dtype }) => dtype === it.dtype);
  if (!peak || usefulFlops === 0 || (it.measure ?? 'compute') !== 'compute') return undefined;
  const { l2BytesPerSecond } = limits;
  const l2Bytes = contestants[0]?.l2Bytes;
  const times: readonly Expectation[] = [
    { boundBy: 'arithmetic', expectedMs: (1000 * usefulFlops) / peak.flopsPerSecond },
    { boundBy: 'memory', expectedMs: (1000 * bytes) / limits.bytesPerSecond },
    ...(l2Bytes !== undefined && l2BytesPerSecond !== undefined
      ? [{ boundBy: 'L2' as const, expectedMs: (1000 * l2Bytes) / l2BytesPerSecond }]
      : []),
  ];
  return times.reduce((longest, time) => (time.expectedMs > longest.expectedMs ? time : longest));
}

/** What is kept of it in the record. */
export function expectedRecord(
  result: CaseResult,
  limits: MachineLimits | undefined,
): CaseResult['expected'] {
  const expectation = limits && expectationOf(result, limits);
  const measuredMs = rightTime(result);
  if (!expectation || measuredMs === undefined) return undefined;
  const { expectedMs: ms, boundBy } = expectation;
  return { ms, boundBy, share: ms / measuredMs };
}

/** The time of the first contestant; a wrong answer is no time to compare with. */
function rightTime({ contestants: [own] }: CaseResult): number | undefined {
  return own?.check?.passed === false ? undefined : own?.timing?.median;
}

/** How far the model is off, over the cases of a run that it says anything of. */
export interface ModelError {
  readonly cases: number;
  /** What was expected and what was measured differ by this share of what was measured, in the median and at worst. */
  readonly median: number;
  readonly worst: number;
  readonly worstCase: string;
}

/** Undefined where nothing was expected. */
export function modelError(results: readonly CaseResult[]): ModelError | undefined {
  const errors = results.flatMap(({ case: { name }, expected }) =>
    expected ? [{ name, error: Math.abs(1 - expected.share) }] : [],
  );
  if (errors.length === 0) return undefined;
  const worst = errors.reduce((most, next) => (next.error > most.error ? next : most));
  return {
    cases: errors.length,
    median: median(errors.map(({ error }) => error)),
    worst: worst.error,
    worstCase: worst.name,
  };
}

/** Of cases of one operation that reach this part of their typical share of the limit, a slow one is worth a look. */
const TYPICAL = 0.75;

/**
 * Cases whose share of the limit is far below the median of those of the same operation, blocks and limit: what is slow for no
 * reason that the model knows, without any peer.
 */
export function slowCases(results: readonly CaseResult[]): CaseResult[] {
  const kind = ({ case: it, expected }: CaseResult) => {
    const { blockShape } = it.operation === 'attention' ? it : it.pattern;
    return `${it.operation} ${blockShape.join('x')} ${expected?.boundBy}`;
  };
  const shares = new Map<string, number[]>();
  for (const result of results) {
    if (!result.expected) continue;
    const alike = shares.get(kind(result));
    if (alike) alike.push(result.expected.share);
    else shares.set(kind(result), [result.expected.share]);
  }
  const typical = new Map([...shares].map(([name, alike]) => [name, median(alike)]));
  return results.filter((result) => {
    const { expected } = result;
    return expected !== undefined && expected.share < TYPICAL * typical.get(kind(result))!;
  });
}

/** Cases of a report with what was expected of them and what the first contestant took. */
export function compareWithLimits(
  report: BenchReport,
): { result: CaseResult; expectation: Expectation; measuredMs: number }[] {
  const { limits } = report;
  if (!limits) return [];
  return report.results.flatMap((result) => {
    const expectation = expectationOf(result, limits);
    const measuredMs = rightTime(result);
    return expectation && measuredMs !== undefined ? [{ result, expectation, measuredMs }] : [];
  });
}
