import type { CaseComparison } from '@sparsek/bench';
import type { CliContext } from '../context.js';
import { CheckFailedError } from '../exit-codes.js';
import { checkOutputs, isStdout, type JsonOutput, putJson } from '../files/outputs.js';
import { textTable } from '../output/table.js';

export interface CompareCommandOptions {
  readonly tolerance?: number;
  readonly relativeTo?: string;
  readonly json?: JsonOutput;
}

/** Shows what changed between two reports; throws a CheckFailedError for a regression. */
export async function compare(
  before: string,
  after: string,
  { tolerance, relativeTo, json }: CompareCommandOptions,
  context: CliContext,
): Promise<void> {
  await checkOutputs({ '--json': json });
  const { compareReports, differencesOfRuns, isRegression, loadReport } = await import('@sparsek/bench');
  const [old, now] = [await loadReport(before), await loadReport(after)];
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

function comparisonRow({ name, change, ratio, threshold, note }: CaseComparison): string[] {
  const speed = ratio === undefined ? '-' : `${ratio.toPrecision(3)}x`;
  return [name, change, speed, `${(100 * threshold).toFixed(0)} %`, note];
}
