import { headlineOf } from './headline.js';
import { marksOf } from './marks.js';
import { renderPage } from './page/page.js';
import type { PagePart, PageSection } from './page/parts.js';
import { crossoverParts } from './plots/crossover.js';
import { memoryParts } from './plots/memory.js';
import { patternParts } from './plots/patterns.js';
import { throughputParts } from './plots/throughput.js';
import type { BenchReport } from './schema.js';
import { checkParts } from './sections/checks.js';
import { everyFigureParts } from './sections/every-figure.js';
import { headlineParts } from './sections/headline.js';
import { limitParts } from './sections/limits.js';
import { machineParts } from './sections/machine.js';
import { resultParts } from './sections/results.js';

/** The whole report of a run as one self-contained HTML file. */
export async function renderBenchReport(report: BenchReport): Promise<string> {
  const { results, machine } = report;
  // A contestant looks the same in all charts.
  const marks = marksOf(results.flatMap(({ contestants }) => contestants.map(({ name }) => name)));
  const { contestant, device, cases } = headlineOf(report);
  const sections = [
    section('In short', headlineParts(report)),
    section('Results', await resultParts(report, marks)),
    section('Density and size', await throughputParts(results, marks)),
    section('Where sparse beats dense', await crossoverParts(results)),
    section('Memory', await memoryParts(results)),
    section('Limits of the machine', await limitParts(report)),
    section('Sparsity', patternParts(results)),
    section('Correctness', await checkParts(results, marks)),
    section('Every figure', everyFigureParts(results)),
    section('Machine and method', machineParts(report)),
  ];
  return renderPage({
    title: `SparseK benchmark: ${report.suite}`,
    lead: `${report.description}. ${cases} cases, ${contestant} on ${device}, ${machine.date.slice(0, 10)}.`,
    sections: sections.flat(),
    data: report,
  });
}

/** Sections with nothing to show are left out. */
function section(title: string, parts: readonly PagePart[]): PageSection[] {
  return parts.length > 0 ? [{ title, parts }] : [];
}
