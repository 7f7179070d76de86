import type { BenchReport } from '@sparsek/bench';
import type { CliContext } from '../context.js';
import { textTable } from '../output/table.js';

/** The terminal's table of a run, how far its figures can be trusted, and what was left out. */
export async function printReport(report: BenchReport, { stdout }: CliContext): Promise<void> {
  const { TABLE_HEAD, tableRows } = await import('@sparsek/bench');
  stdout.write(textTable(TABLE_HEAD, report.results.flatMap(tableRows)));
  for (const line of verdicts(report)) stdout.write(`${line}\n`);
}

function verdicts({ results, modelError }: BenchReport): string[] {
  const noise = Math.max(0, ...results.map((result) => result.noise));
  const lines = [`noise: a contestant against itself differed by at most ${percent(noise)}`];
  if (modelError) {
    const { cases, median, worst, worstCase } = modelError;
    lines.push(
      `model: the time that the measured limits expect of ${cases} cases is off by ${percent(median)} ` +
        `(median), at most ${percent(worst)} (${worstCase})`,
    );
  }
  return lines;
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
