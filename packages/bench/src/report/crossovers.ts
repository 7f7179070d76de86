import type { CaseResult } from './schema.js';

/** Up to which density one kind of product beats a dense peer. */
export interface Crossover {
  readonly problem: string;
  readonly peer: string;
  /** Speed of the first contestant relative to the peer, by rising density. */
  readonly points: readonly { readonly density: number; readonly ratio: number }[];
  /** Interpolated between the neighbours of 1; absent where sparse wins, or loses, at every density measured. */
  readonly density?: number;
}

/** The crossover of every group of products that differ in density alone, against every peer that runs them dense. */
export function crossovers(results: readonly CaseResult[]): Crossover[] {
  const found = new Map<
    string,
    { problem: string; peer: string; points: { density: number; ratio: number }[] }
  >();
  for (const { case: it, density, contestants } of results) {
    if (it.operation !== 'spmm') continue;
    const { kind, blockShape } = it.pattern;
    const problem = `${it.m}x${it.k}x${it.n}, block ${blockShape.join('x')}, ${kind}, ${it.dtype}`;
    for (const { name: peer, timeRatio } of contestants.slice(1)) {
      if (timeRatio === undefined || !/dense/i.test(peer)) continue;
      const key = `${problem} ${peer}`;
      const group = found.get(key) ?? { problem, peer, points: [] };
      group.points.push({ density, ratio: timeRatio });
      found.set(key, group);
    }
  }
  return [...found.values()]
    .filter(({ points }) => points.length > 1)
    .map(({ problem, peer, points }) => {
      const sorted = [...points].sort((a, b) => a.density - b.density);
      const density = crossing(sorted);
      return { problem, peer, points: sorted, ...(density === undefined ? {} : { density }) };
    });
}

/** The last density at which the ratio falls through 1, linear in the logarithm of the ratio. */
function crossing(points: Crossover['points']): number | undefined {
  for (let index = points.length - 2; index >= 0; index--) {
    const [low, high] = [points[index]!, points[index + 1]!];
    if (low.ratio < 1 || high.ratio >= 1) continue;
    const share = Math.log(low.ratio) / (Math.log(low.ratio) - Math.log(high.ratio));
    return low.density + share * (high.density - low.density);
  }
  return undefined;
}
