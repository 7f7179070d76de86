import type { BenchReport, CaseComparison } from '@sparsek/bench';
import type { CliContext } from '../context.js';
import { CheckFailedError } from '../exit-codes.js';
import { checkOutputs, isStdout, type JsonOutput, putJson } from '../files/outputs.js';
import { textTable } from '../output/table.js';
import { chooseReport } from './choose-report.js';

export interface CompareCommandOptions {
  readonly tolerance?: number;
  readonly relativeTo?: string;
  readonly json?: JsonOutput;
}

/**
 * Shows what changed between two reports, of which one may be the record of several suites: then its report of the other's
 * suite counts. Throws a CheckFailedError for a regression.
 */
export async function compare(
  before: string,
  after: string,
  { tolerance, relativeTo, json }: CompareCommandOptions,
  context: CliContext,
): Promise<void> {
  await checkOutputs({ '--json': json });
  const { compareReports, differencesOfRuns, isRegression, loadReports } = await import('@sparsek/bench');
  const [olds, news] = [await loadReports(before), await loadReports(after)];
  const [old, now] = [reportFor(news, olds, before), reportFor(olds, news, after)];
  const differences = differencesOfRuns(old, now);
  for (const difference of differences) context.stderr.write(`sparsek: ${difference}\n`);
  const changes = compareReports(old, now, {
    ...(tolerance === undefined ? {} : { tolerance: tolerance / 100 }),
    ...(relativeTo === undefined ? {} : { peer: relativeTo }),
  });
  const regressions = changes.filter(isRegression);
  if (!isStdout(json)) {
    const head = ['case', 'change', 'speed', 'threshold', 'judged'];
    context.stdout.write(textTable(head, changes.map(comparisonRow)));
  }
  await putJson(json, { differences, changes, regressions: regressions.length }, context);
  if (regressions.length > 0) {
    throw new CheckFailedError(
      `${regressions.length} of ${changes.length} cases became slower, wrong or missing`,
    );
  }
}

/** The report to hold against another file's; two single reports are compared whatever their suites. */
function reportFor(
  others: readonly BenchReport[],
  reports: readonly BenchReport[],
  path: string,
): BenchReport {
  return chooseReport(
    reports,
    reports.length > 1 && others.length === 1 ? others[0]!.suite : undefined,
    path,
  );
}

function comparisonRow({ name, change, ratio, threshold, note }: CaseComparison): string[] {
  const speed = ratio === undefined ? '-' : `${ratio.toPrecision(3)}x`;
  return [name, change, speed, `${(100 * threshold).toFixed(0)} %`, note];
}
