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

/** What is read of the record of a run of several suites, such as docs/evidence/nvidia-h200.json. */
const recordSchema = z.looseObject({
  benchmarks: z.array(z.looseObject({ report: benchReportSchema.optional() })),
});

/**
 * Reads the report of one run, or all reports of a record of several.
 *
 * @throws InvalidFileError when it is neither.
 */
export async function loadReports(path: string): Promise<BenchReport[]> {
  if (!('benchmarks' in (await parseJsonFile(path, z.looseObject({}))))) return [await loadReport(path)];
  const { benchmarks } = await parseJsonFile(path, recordSchema);
  return benchmarks.flatMap(({ report }) => report ?? []);
}
