import type { BenchReport } from '@sparsek/bench';
import type { CliContext } from '../context.js';
import { UsageError } from '../exit-codes.js';
import { checkOutputs } from '../files/outputs.js';
import { writeText } from '../files/write-text.js';
import { printReport } from './print-report.js';
import { refuseWrongResults } from './run.js';

/** Shows a recorded report as a run would have: the terminal's table, and the page. */
export async function showRecorded(
  path: string,
  suite: string | undefined,
  { html }: { readonly html?: string },
  context: CliContext,
): Promise<void> {
  await checkOutputs({ '--html': html });
  const { loadReports, renderBenchReport } = await import('@sparsek/bench');
  const report = choose(await loadReports(path), suite, path);
  await printReport(report, context);
  for (const { name, reason } of report.missingPeers ?? []) {
    context.stderr.write(`sparsek: ${name} did not take part: ${reason}\n`);
  }
  for (const { name, reason } of report.notRun ?? []) {
    context.stderr.write(`sparsek: not run: ${name}: ${reason}\n`);
  }
  if (html !== undefined) await writeText(html, await renderBenchReport(report), context.signal);
  refuseWrongResults(report);
}

function choose(reports: readonly BenchReport[], suite: string | undefined, path: string): BenchReport {
  const found = suite === undefined ? reports : reports.filter((report) => report.suite === suite);
  if (found.length === 1) return found[0]!;
  const names = reports.map((report) => report.suite).join(', ');
  throw new UsageError(`Expected one of the suites of ${path} (${names}) but received ${suite ?? 'none'}`);
}
