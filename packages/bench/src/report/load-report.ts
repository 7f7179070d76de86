import { z } from 'zod';
import { parseJsonFile } from '../case/load-suite.js';
import { type BenchReport, benchReportSchema } from './schema.js';

/** The schema of reports as JSON Schema, for other languages. */
export function reportJsonSchema(): object {
  return z.toJSONSchema(benchReportSchema);
}

/**
 * Reads a report that `sparsek bench --json` wrote.
 *
 * @throws InvalidFileError when it is not one.
 */
export function loadReport(path: string): Promise<BenchReport> {
  return parseJsonFile(path, benchReportSchema);
}
