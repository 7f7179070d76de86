import { drawChart } from '../charts.js';
import { formatMebibytes, formatSize } from '../figures.js';
import { labelled, logAxis } from '../log-axis.js';
import { marksOf } from '../marks.js';
import type { PagePart } from '../page/parts.js';
import type { CaseResult } from '../schema.js';
import { curves } from './curve.js';

const MIB = 2 ** 20;
const SERIES = { peak: 'measured', scores: 'a table of all scores, float32' } as const;

/** Peak memory of attention against the length, and what a matrix of all scores would take. */
export async function memoryParts(results: readonly CaseResult[]): Promise<PagePart[]> {
  const rows = results.flatMap(({ case: it, peakBytes }) => {
    if (it.operation !== 'attention' || peakBytes === undefined) return [];
    const scores = 4 * it.batch * it.heads * it.queryLength * it.keyLength;
    return [{ name: it.name, tokens: it.queryLength, peak: peakBytes / MIB, scores: scores / MIB }];
  });
  const lengths = [...new Set(rows.map(({ tokens }) => tokens))].sort((a, b) => a - b);
  if (lengths.length < 2) return [];
  const point = (series: string, tokens: number, mebibytes: number) => ({
    ...{ series, x: tokens, y: mebibytes },
    label: `${series}: ${formatMebibytes(mebibytes)} at ${tokens} tokens`,
  });
  const points = rows.flatMap(({ tokens, peak, scores }) => [
    point(SERIES.peak, tokens, peak),
    point(SERIES.scores, tokens, scores),
  ]);
  const marks = marksOf([SERIES.peak, SERIES.scores]);
  const spec = curves({
    points,
    marks,
    x: { title: 'tokens', log: logAxis(lengths, String, { base: 2 }), ticks: labelled(lengths, formatSize) },
    y: {
      title: 'memory',
      log: logAxis(
        points.map(({ y }) => y),
        formatMebibytes,
        { base: 2 },
      ),
    },
  });
  return [
    {
      kind: 'chart',
      caption:
        'Peak host memory beyond the start of the process: inputs, plan, scratch memory and output of one run; lower is better',
      chart: await drawChart(() => spec),
      legend: marks,
      numbers: {
        head: ['case', 'tokens', SERIES.peak, SERIES.scores],
        rows: rows.map(({ name, tokens, peak, scores }) => [
          name,
          `${tokens}`,
          formatMebibytes(peak),
          formatMebibytes(scores),
        ]),
      },
    },
  ];
}
