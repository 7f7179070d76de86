import type { BenchReport } from '@sparsek/bench';
import { UsageError } from '../exit-codes.js';

/** The report of a suite, or the only one there is; throws a UsageError that names the suites of the file. */
export function chooseReport(
  reports: readonly BenchReport[],
  suite: string | undefined,
  path: string,
): BenchReport {
  const found = suite === undefined ? reports : reports.filter((report) => report.suite === suite);
  if (found.length === 1) return found[0]!;
  const names = reports.map((report) => report.suite).join(', ');
  throw new UsageError(`Expected one of the suites of ${path} (${names}) but received ${suite ?? 'none'}`);
}
