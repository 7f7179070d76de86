import type { CliContext } from '../context.js';
import { checkOutputs } from '../files/outputs.js';
import { writeText } from '../files/write-text.js';
import { chooseReport } from './choose-report.js';
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
  const report = chooseReport(await loadReports(path), suite, path);
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
