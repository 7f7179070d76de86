import type { BenchReport } from '@sparsek/bench';
import type { CliContext } from '../context.js';
import { textTable } from '../output/table.js';

/**
 * The terminal's tables of a run: every figure, with a case's name on a line of its own so that 80 columns suffice, then
 * every peer, how far the figures can be trusted, and what was left out.
 */
export async function printReport(report: BenchReport, { stdout }: CliContext): Promise<void> {
  stdout.write(await figures(report));
  stdout.write(await peers(report));
  stdout.write(`\n${(await verdicts(report)).join('\n')}\n`);
}

async function figures({ results }: BenchReport): Promise<string> {
  const { CONTESTANT_HEAD, contestantRows } = await import('@sparsek/bench');
  const cases = results.map((result) => ({ name: result.case.name, rows: contestantRows(result) }));
  const timed = cases.flatMap(({ rows }) => rows.filter(({ skipped }) => skipped === undefined));
  const table = textTable(
    CONTESTANT_HEAD,
    timed.map((row) => [row.contestant, ...row.figures]),
  );
  const [head, ...lines] = table.trimEnd().split('\n');
  const shown = cases.flatMap(({ name, rows }) => [
    name,
    ...rows.map(({ contestant, skipped }) =>
      skipped === undefined ? `  ${lines.shift()}` : `  ${contestant}  skipped: ${skipped}`,
    ),
  ]);
  return [`  ${head}`, ...shown, ''].join('\n');
}

/** How the first contestant does against every peer. */
async function peers(report: BenchReport): Promise<string> {
  const { headlineOf, PEER_HEAD, peerRows } = await import('@sparsek/bench');
  const rows = peerRows(headlineOf(report)).filter(({ skipped }) => skipped === undefined);
  if (rows.length === 0) return '';
  return `\n${textTable(
    PEER_HEAD,
    rows.map((row) => [row.peer, ...row.figures]),
  )}`;
}

async function verdicts(report: BenchReport): Promise<string[]> {
  const { formatPercent, headlineOf } = await import('@sparsek/bench');
  const { contestant, device, checked, right, wrong, noise } = headlineOf(report);
  const lines = [
    `${contestant} on ${device}: ${right} of ${checked} checked results right`,
    ...wrong.map((where) => `WRONG: ${where}`),
    `noise: a contestant against itself differed by at most ${formatPercent(noise)}`,
  ];
  if (report.modelError) {
    const { cases, median, worst, worstCase } = report.modelError;
    lines.push(
      `model: the time that the measured limits expect of ${cases} cases is off by ${formatPercent(median)} ` +
        `(median), at most ${formatPercent(worst)} (${worstCase})`,
    );
  }
  return lines;
}
