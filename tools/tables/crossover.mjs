import { crossovers, formatPercent, formatTimes } from '@sparsek/bench';
import { table } from './markdown.mjs';

/** How many times as fast as a dense peer, by density, and at which density that passes through 1. */
export function crossoverTable(results) {
  const found = crossovers(results);
  const rows = found.map(({ problem, peer, points, density }) => [
    problem,
    peer,
    ...points.map(({ ratio }) => formatTimes(ratio)),
    density === undefined ? '-' : formatPercent(density),
  ]);
  const densities = (found[0]?.points ?? []).map(({ density }) => formatPercent(density));
  return table(['product', 'peer', ...densities, 'dense catches up at'], rows);
}
