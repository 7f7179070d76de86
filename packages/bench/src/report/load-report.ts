import { parseJsonFile } from '../case/load-suite.js';
import { type BenchReport, benchReportSchema } from './schema.js';

/**
 * Reads a report that `sparsek bench --json` wrote.
 *
 * @throws InvalidFileError when it is not one.
 */
export function loadReport(path: string): Promise<BenchReport> {
  return parseJsonFile(path, benchReportSchema);
}
