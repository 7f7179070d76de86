import { CONTESTANT_HEAD, contestantRows } from './contestant-rows.js';
import type { CaseResult } from './schema.js';

/** Every case and contestant as a Markdown table. */
export function markdownTable(results: readonly CaseResult[]): string {
  const head = ['case', ...CONTESTANT_HEAD];
  const rows = results.flatMap((result) =>
    contestantRows(result).map(({ contestant, skipped, figures }, index) => {
      const shown = skipped === undefined ? figures : [`skipped: ${skipped}`, '', '', '', ''];
      return [index === 0 ? result.case.name : '', contestant, ...shown];
    }),
  );
  return [head, head.map(() => '---'), ...rows].map(line).join('\n');
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
