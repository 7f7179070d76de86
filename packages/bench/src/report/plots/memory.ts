import { drawChart } from '../charts.js';
import type { PagePart } from '../page.js';
import type { CaseResult } from '../schema.js';

const MIB = 2 ** 20;

/** Peak memory of attention against the length, and what a matrix of all scores would take. */
export async function memoryParts(results: readonly CaseResult[]): Promise<PagePart[]> {
  const values = results.flatMap(({ case: it, peakBytes }) => {
    if (it.operation !== 'attention' || peakBytes === undefined) return [];
    const scores = 4 * it.batch * it.heads * it.queryLength * it.keyLength;
    return [
      { tokens: it.queryLength, mebibytes: peakBytes / MIB, what: 'measured' },
      { tokens: it.queryLength, mebibytes: scores / MIB, what: 'a table of all scores, float32' },
    ];
  });
  if (new Set(values.map(({ tokens }) => tokens)).size < 2) return [];
  const chart = await drawChart({
    width: 420,
    height: 240,
    data: { values },
    mark: { type: 'line', point: { filled: true, size: 60 } },
    encoding: {
      x: { field: 'tokens', type: 'quantitative', title: 'tokens (log)', scale: { type: 'log', base: 2 } },
      y: { field: 'mebibytes', type: 'quantitative', title: 'MiB (log)', scale: { type: 'log' } },
      color: {
        field: 'what',
        type: 'nominal',
        title: null,
        sort: null,
        legend: { orient: 'bottom', direction: 'vertical' },
      },
    },
  });
  const caption =
    'Peak host memory of the process beyond its start: inputs, plan, scratch memory and output of one run';
  return [{ kind: 'chart', caption, chart }];
}
