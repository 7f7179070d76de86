import { drawChart } from '../charts.js';
import { formatMs, formatRate, formatRatio, formatTimes } from '../figures.js';
import { type Mark, marksOf } from '../marks.js';
import type { PagePart } from '../page/parts.js';
import type { CaseResult } from '../schema.js';
import { type CaseDot, caseRows } from './case-rows.js';

/**
 * How many times as long each peer takes, or, without peers, how long every case takes. Logarithmic, since contestants
 * differ by orders of magnitude. Wrong results are in the tables only: they have no speed.
 */
export async function speedParts(
  results: readonly CaseResult[],
  marks: readonly Mark[],
): Promise<PagePart[]> {
  const own = results[0]?.contestants[0]?.name;
  if (own === undefined) return [];
  const ratios = dotsOf(results, ({ timeRatio }, index) => (index > 0 ? timeRatio : undefined));
  if (ratios.length === 0) return timesParts(results);
  const chart = await drawChart((width) =>
    caseRows(
      {
        dots: ratios,
        marks,
        title: `times as long as ${own}`,
        format: formatTimes,
        enclosed: [1],
        line: 1,
      },
      width,
    ),
  );
  const shown = new Set(ratios.map(({ contestant }) => contestant));
  const caption = `How many times as long each peer takes: right of the dashed line ${own} is faster`;
  return [{ kind: 'chart', caption, chart, legend: marks.filter(({ label }) => shown.has(label)) }];
}

async function timesParts(results: readonly CaseResult[]): Promise<PagePart[]> {
  const times = dotsOf(results, ({ timing }) => timing?.median);
  if (times.length === 0) return [];
  const marks = marksOf(times.map(({ contestant }) => contestant));
  const chart = await drawChart((width) =>
    caseRows({ dots: times, marks, title: 'median time', format: formatMs }, width),
  );
  const caption = 'Median time by case; further left is faster';
  return [{ kind: 'chart', caption, chart, legend: marks }];
}

function dotsOf(
  results: readonly CaseResult[],
  valueAt: (contestant: CaseResult['contestants'][number], index: number) => number | undefined,
): CaseDot[] {
  return results.flatMap((result) =>
    result.contestants.flatMap((contestant, index) => {
      const x = valueAt(contestant, index);
      if (x === undefined || contestant.check?.passed === false) return [];
      const figures = [
        formatMs(contestant.timing?.median ?? Number.NaN),
        formatRate(contestant),
        formatRatio(contestant),
      ];
      const label = `${contestant.name}: ${figures.filter(Boolean).join(', ')}`;
      return [{ case: result.case.name, contestant: contestant.name, x, label }];
    }),
  );
}
