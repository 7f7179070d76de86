import { escapeHtml } from './escape-html.js';
import type { Cell, PageTable, Row, StyledCell } from './parts.js';

/** Columns that stand beside each other on a desktop in letters of full size. */
const ROOMY = 9;

/** A table in a box of its own, which scrolls when the page is too narrow for it. */
export function renderTable(table: PageTable): string {
  const caption = escapeHtml(table.caption);
  const crowded = table.head.length > ROOMY ? ' class="crowded"' : '';
  return `<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table${crowded}><caption><span>${caption}</span></caption>
${renderRows(table)}</table></div>`;
}

/** Head and body of a table. */
export function renderRows({ head, rows }: Pick<PageTable, 'head' | 'rows'>): string {
  const numeric = head.map((_, column) => isNumeric(rows, column));
  const headCells = head.map((cell, column) => {
    return `<th scope="col"${numeric[column] ? ' class="number"' : ''}>${escapeHtml(cell)}</th>`;
  });
  return `<thead><tr>${headCells.join('')}</tr></thead>
<tbody>
${rows.map((row) => renderRow(row, numeric)).join('\n')}
</tbody>`;
}

function renderRow(row: Row, numeric: readonly boolean[]): string {
  if ('group' in row) {
    const span = numeric.length;
    return `<tr class="group"><th scope="rowgroup" colspan="${span}"><span>${escapeHtml(row.group)}</span></th></tr>`;
  }
  const cells = row.map((cell, column) => {
    const { text, tone, span } = styled(cell);
    const classes = [...(tone ? [tone] : []), ...(numeric[column] && !span ? ['number'] : [])];
    const attributes = [
      ...(column === 0 ? ['scope="row"'] : []),
      ...(classes.length > 0 ? [`class="${classes.join(' ')}"`] : []),
      ...(span ? [`colspan="${span}"`] : []),
    ];
    const tag = column === 0 ? 'th' : 'td';
    return `<${[tag, ...attributes].join(' ')}>${breakable(text)}</${tag}>`;
  });
  return `<tr>${cells.join('')}</tr>`;
}

/** Lines of names break after an underscore of a kernel, and not before a percent sign. */
const breakable = (text: string): string =>
  escapeHtml(text)
    .replaceAll('_', '_<wbr>')
    .replaceAll(/(?<=\d) %/g, '\u00a0%');

/** `1.5 ms`, `6.92x`, `23 of 25`, `1935 (1785 to 1965)`, or nothing. */
const NUMBER = /^([-+]?\d[\d.,e/+-]*x?( (%|of \d+|\([\d. to]+\)|[^\s\d]{1,8}))?|-?)$/;

/** Whether a column holds numbers, which stand right, below each other. The first column names its rows. */
function isNumeric(rows: readonly Row[], column: number): boolean {
  if (column === 0) return false;
  const texts = rows.flatMap((row) => {
    const cell = 'group' in row ? undefined : row[column];
    return cell === undefined || styled(cell).span ? [] : [styled(cell).text];
  });
  return texts.some((text) => /\d/.test(text)) && texts.every((text) => NUMBER.test(text));
}

const styled = (cell: Cell): StyledCell => (typeof cell === 'string' ? { text: cell } : cell);
