import { median } from 'simple-statistics';
import type { BenchReport, CaseResult, MachineLimits } from './schema.js';

/** What the roofline model (Williams, Waterman and Patterson, CACM 2009) expects of a case. */
export interface Expectation {
  readonly expectedMs: number;
  /** Which limit binds: arithmetic, or the fewest bytes that must move. */
  readonly boundBy: 'arithmetic' | 'memory';
}

/** Undefined where the case does no arithmetic that was measured, or times something else. */
export function expectationOf(result: CaseResult, limits: MachineLimits): Expectation | undefined {
  const { case: it, usefulFlops, bytes } = result;
  const peak = limits.arithmetic.find(({ dtype }) => dtype === it.dtype);
  if (!peak || usefulFlops === 0 || (it.measure ?? 'compute') !== 'compute') return undefined;
  const arithmeticMs = (1000 * usefulFlops) / peak.flopsPerSecond;
  const memoryMs = (1000 * bytes) / limits.bytesPerSecond;
  const boundBy = arithmeticMs >= memoryMs ? 'arithmetic' : 'memory';
  return { expectedMs: Math.max(arithmeticMs, memoryMs), boundBy };
}

/** What is kept of it in the record. */
export function expectedRecord(
  result: CaseResult,
  limits: MachineLimits | undefined,
): CaseResult['expected'] {
  const expectation = limits && expectationOf(result, limits);
  const measuredMs = result.contestants[0]?.timing?.median;
  if (!expectation || measuredMs === undefined) return undefined;
  const { expectedMs: ms, boundBy } = expectation;
  return { ms, boundBy, share: ms / measuredMs };
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
  return results.filter((result) => {
    const { expected } = result;
    if (!expected) return false;
    const alike = results.flatMap((other) =>
      kind(other) === kind(result) ? (other.expected?.share ?? []) : [],
    );
    return expected.share < TYPICAL * median(alike);
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
    const measuredMs = result.contestants[0]?.timing?.median;
    return expectation && measuredMs !== undefined ? [{ result, expectation, measuredMs }] : [];
  });
}
