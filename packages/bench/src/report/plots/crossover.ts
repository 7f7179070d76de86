import { drawChart } from '../charts.js';
import { type Crossover, crossovers } from '../crossovers.js';
import { formatPercent, formatTimes } from '../figures.js';
import { logAxis } from '../log-axis.js';
import { marksOf } from '../marks.js';
import type { PagePart } from '../page/parts.js';
import type { CaseResult } from '../schema.js';
import { curves } from './curve.js';

/** Speed relative to a dense peer against density, with a line where both are equal. */
export async function crossoverParts(results: readonly CaseResult[]): Promise<PagePart[]> {
  const found = crossovers(results);
  if (found.length === 0) return [];
  const several = new Set(found.map(({ peer }) => peer)).size > 1;
  const nameOf = ({ problem, peer }: Crossover) => (several ? `${problem}, against ${peer}` : problem);
  const points = found.flatMap((crossover) =>
    crossover.points.map(({ density, ratio }) => ({
      ...{ series: nameOf(crossover), x: 100 * density, y: ratio },
      label: `${nameOf(crossover)}: ${formatTimes(ratio)} at ${formatPercent(density)}`,
    })),
  );
  const marks = marksOf(
    points.map(({ series }) => series),
    { alike: true },
  );
  const log = logAxis([1, ...points.map(({ y }) => y)], formatTimes);
  const spec = curves({
    points,
    marks,
    x: { title: 'stored blocks, %' },
    y: { title: 'times as fast as dense', log },
    line: 1,
  });
  const peers = [...new Set(found.map(({ peer }) => peer))].join(', ');
  return [
    {
      kind: 'chart',
      caption: `Speed relative to the dense product (${peers}): above the dashed line sparse is faster`,
      chart: await drawChart(() => spec),
      legend: marks,
      numbers: {
        head: ['product', 'density', 'times as fast as dense'],
        rows: found.flatMap((crossover) => [
          { group: nameOf(crossover) },
          ...crossover.points.map(({ density, ratio }) => [
            crossover.peer,
            formatPercent(density),
            formatTimes(ratio),
          ]),
        ]),
      },
    },
    {
      kind: 'table',
      caption: 'Density at which dense catches up, interpolated',
      head: ['product', 'peer', 'crossover'],
      rows: found.map((crossover) => [crossover.problem, crossover.peer, describe(crossover)]),
    },
  ];
}

function describe({ density, points }: Crossover): string {
  if (density !== undefined) return formatPercent(density);
  const [first, last] = [points[0]!, points.at(-1)!];
  const range = `${formatPercent(first.density)} to ${formatPercent(last.density)}`;
  return last.ratio >= 1 ? `none: faster from ${range}` : `none: slower from ${range}`;
}
