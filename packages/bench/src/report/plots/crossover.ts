import { drawChart } from '../charts.js';
import { type Crossover, crossovers } from '../crossovers.js';
import type { PagePart } from '../page.js';
import type { CaseResult } from '../schema.js';

/** Speed relative to a dense peer against density, with a line where both are equal. */
export async function crossoverParts(results: readonly CaseResult[]): Promise<PagePart[]> {
  const found = crossovers(results);
  if (found.length === 0) return [];
  const values = found.flatMap(({ problem, peer, points }) =>
    points.map(({ density, ratio }) => ({ problem, peer, density: 100 * density, ratio })),
  );
  const chart = await drawChart({
    width: 420,
    height: 260,
    data: { values },
    layer: [
      { mark: { type: 'rule', strokeDash: [4, 4], color: '#808080' }, encoding: { y: { datum: 1 } } },
      {
        mark: { type: 'line', point: { filled: true, size: 60 } },
        encoding: {
          x: { field: 'density', type: 'quantitative', title: 'stored blocks, %', scale: { zero: true } },
          y: {
            field: 'ratio',
            type: 'quantitative',
            title: 'times as fast as dense (log)',
            scale: { type: 'log' },
          },
          color: {
            field: 'problem',
            type: 'nominal',
            title: null,
            sort: null,
            legend: { orient: 'bottom', direction: 'vertical' },
          },
          shape: { field: 'problem', type: 'nominal', title: null, sort: null },
          detail: { field: 'peer', type: 'nominal' },
        },
      },
    ],
  });
  return [
    { kind: 'chart', caption: 'Speed relative to the dense peer; above 1 sparse wins', chart },
    {
      kind: 'table',
      caption: 'Density at which dense catches up, interpolated',
      head: ['product', 'peer', 'crossover'],
      rows: found.map((crossover) => [crossover.problem, crossover.peer, describe(crossover)]),
    },
  ];
}

function describe({ density, points }: Crossover): string {
  if (density !== undefined) return `${(100 * density).toFixed(0)} %`;
  const [first, last] = [points[0]!, points.at(-1)!];
  const range = `${(100 * first.density).toFixed(0)} to ${(100 * last.density).toFixed(0)} %`;
  return last.ratio >= 1 ? `faster from ${range}` : `slower from ${range}`;
}
