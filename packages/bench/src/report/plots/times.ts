import { drawChart } from '../charts.js';
import { formatMs, formatRate, formatRatio } from '../figures.js';
import type { PagePart } from '../page.js';
import type { CaseResult } from '../schema.js';

/** Dots on a logarithmic axis, which has no zero for bars to start from; contestants differ by orders of magnitude. */
export async function timesParts(results: readonly CaseResult[]): Promise<PagePart[]> {
  const values = results.flatMap((result) =>
    result.contestants.flatMap((contestant) => {
      const { name, timing } = contestant;
      if (!timing) return [];
      const label = `${formatMs(timing.median)} ${formatRate(contestant)} ${formatRatio(contestant)}`.trim();
      return [{ case: result.case.name, contestant: name, ms: timing.median, label }];
    }),
  );
  if (values.length === 0) return [];
  const chart = await drawChart({
    width: 420,
    data: { values },
    mark: { type: 'point', filled: true, size: 90, opacity: 1 },
    encoding: {
      row: {
        field: 'case',
        type: 'nominal',
        title: null,
        sort: [...new Set(values.map((value) => value.case))],
        header: { labelAngle: 0, labelAlign: 'left', labelOrient: 'top', labelAnchor: 'start' },
      },
      y: { field: 'contestant', type: 'nominal', title: null, sort: null },
      x: { field: 'ms', type: 'quantitative', title: 'milliseconds (log)', scale: { type: 'log' } },
      color: { field: 'contestant', type: 'nominal', title: null, sort: null },
      tooltip: { field: 'label', type: 'nominal' },
    },
  });
  const caption = 'Median time by case and contestant, in milliseconds; shorter is better';
  return [{ kind: 'chart', caption, chart }];
}
