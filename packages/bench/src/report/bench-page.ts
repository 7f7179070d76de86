import { TABLE_HEAD, tableRows } from './figures.js';
import { type PagePart, type PageSection, renderPage } from './page.js';
import { crossoverParts } from './plots/crossover.js';
import { errorParts } from './plots/errors.js';
import { memoryParts } from './plots/memory.js';
import { rooflineParts } from './plots/roofline.js';
import { throughputParts } from './plots/throughput.js';
import { timesParts } from './plots/times.js';
import type { BenchReport, CaseResult } from './schema.js';

/** The whole report of a run as one self-contained HTML file. */
export async function renderBenchReport(report: BenchReport): Promise<string> {
  const { machine } = report;
  const sections: PageSection[] = [
    { title: 'Results', parts: [resultsTable(report.results), ...(await timesParts(report.results))] },
    ...section('Density and size', await throughputParts(report.results)),
    ...section('Where sparse beats dense', await crossoverParts(report.results)),
    ...section('Memory', await memoryParts(report.results)),
    ...section('Limits of the machine', await rooflineParts(report)),
    { title: 'Correctness', parts: [checksTable(report.results), ...(await errorParts(report.results))] },
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

/** Sections with nothing to show are left out. */
function section(title: string, parts: readonly PagePart[]): PageSection[] {
  return parts.length > 0 ? [{ title, parts }] : [];
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
