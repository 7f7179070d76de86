import type { TopLevelSpec } from 'vega-lite';
import { type Chart, drawChart } from './charts.js';
import { formatMs, formatRate, formatRatio, TABLE_HEAD, tableRows } from './figures.js';
import { type PagePart, type PageSection, renderPage } from './page.js';
import type { BenchReport, CaseResult } from './schema.js';

/** The whole report of a run as one self-contained HTML file. */
export async function renderBenchReport(report: BenchReport): Promise<string> {
  const { machine } = report;
  const sections: PageSection[] = [
    { title: 'Results', parts: [resultsTable(report.results), ...(await charts(report.results))] },
    { title: 'Correctness', parts: [checksTable(report.results)] },
    {
      title: 'Machine and method',
      parts: [
        {
          kind: 'text',
          text:
            `${machine.cpu}, ${machine.threads} hardware threads, ${(machine.memoryBytes / 2 ** 30).toFixed(0)} GiB, ` +
            `${machine.os}, Node ${machine.node}, ${machine.date}. Command: ${report.command}.`,
        },
        {
          kind: 'text',
          text:
            'Contestants run in turn (A B C A B C ...) after a warm-up, on the same random data. Times are medians. ' +
            'Useful work counts stored blocks or visible query-key pairs only. The time ratio is the median of paired ' +
            'ratios, the contestant over the first one. Noise is the first contestant against itself.',
        },
        versionsTable(report.results),
      ],
    },
  ];
  return renderPage({
    title: `SparseK benchmark: ${report.suite}`,
    lead: report.description,
    sections,
    data: report,
  });
}

function resultsTable(results: readonly CaseResult[]): PagePart {
  const rows = results.flatMap(tableRows);
  return { kind: 'table', caption: 'Every case and contestant', head: TABLE_HEAD, rows };
}

function checksTable(results: readonly CaseResult[]): PagePart {
  const rows = results.flatMap((result) =>
    result.contestants.flatMap(({ name, check }) => {
      if (!check) return [];
      const { error, bound, rows: checked, passed } = check;
      return [
        [
          result.case.name,
          name,
          error.toExponential(2),
          bound.toExponential(2),
          `${checked}`,
          passed ? 'ok' : 'WRONG',
        ],
      ];
    }),
  );
  return {
    kind: 'table',
    caption: 'Error against the float64 reference on sampled rows',
    head: ['case', 'contestant', 'error', 'bound', 'rows checked', 'verdict'],
    rows,
  };
}

function versionsTable(results: readonly CaseResult[]): PagePart {
  const versions = new Map(
    results.flatMap(({ contestants }) => contestants.map((c) => [c.name, c.version] as const)),
  );
  return { kind: 'table', caption: 'Versions', head: ['contestant', 'version'], rows: [...versions] };
}

async function charts(results: readonly CaseResult[]): Promise<PagePart[]> {
  const timed = results.flatMap((result) =>
    result.contestants.flatMap((contestant) =>
      contestant.timing
        ? [
            {
              case: result.case.name,
              contestant: contestant.name,
              ms: contestant.timing.median,
              label:
                `${formatMs(contestant.timing.median)} ${formatRate(contestant)} ${formatRatio(contestant)}`.trim(),
            },
          ]
        : [],
    ),
  );
  if (timed.length === 0) return [];
  const chart: Chart = await drawChart(timesChart(timed));
  return [
    {
      kind: 'chart',
      caption: 'Median time by case and contestant, in milliseconds; shorter is better',
      chart,
    },
  ];
}

/** Dots on a logarithmic axis, which has no zero for bars to start from; contestants differ by orders of magnitude. */
function timesChart(values: readonly Record<string, string | number>[]): TopLevelSpec {
  return {
    width: 420,
    data: { values: [...values] },
    mark: { type: 'point', filled: true, size: 90, opacity: 1 },
    encoding: {
      row: {
        field: 'case',
        type: 'nominal',
        title: null,
        sort: null,
        header: { labelAngle: 0, labelAlign: 'left' },
      },
      y: { field: 'contestant', type: 'nominal', title: null, sort: null },
      x: { field: 'ms', type: 'quantitative', title: 'milliseconds (log)', scale: { type: 'log' } },
      color: { field: 'contestant', type: 'nominal', title: null, sort: null },
      tooltip: { field: 'label', type: 'nominal' },
    },
  };
}
