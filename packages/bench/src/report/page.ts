import type { Chart } from './charts.js';

/** A table whose first row is its head. */
export interface PageTable {
  readonly kind: 'table';
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface PageChart {
  readonly kind: 'chart';
  /** What the chart shows, for those who do not see it. */
  readonly caption: string;
  readonly chart: Chart;
}

export interface PageText {
  readonly kind: 'text';
  readonly text: string;
}

/** A drawing that stands by itself, such as a sparsity pattern. */
export interface PageSvg {
  readonly kind: 'svg';
  readonly caption: string;
  readonly svg: string;
}

export type PagePart = PageTable | PageChart | PageText | PageSvg;

export interface PageSection {
  readonly title: string;
  readonly parts: readonly PagePart[];
}

export interface Page {
  readonly title: string;
  readonly lead: string;
  readonly sections: readonly PageSection[];
  /** Offered for download as JSON. */
  readonly data: unknown;
}

/** One self-contained HTML file: no script, no network, light and dark, readable on a phone and on paper. */
export function renderPage(page: Page): string {
  const data = Buffer.from(JSON.stringify(page.data, null, 2)).toString('base64');
  const contents = page.sections
    .map((section, index) => `<li><a href="#s${index}">${escapeHtml(section.title)}</a></li>`)
    .join('');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${escapeHtml(page.title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>${escapeHtml(page.title)}</h1><p>${escapeHtml(page.lead)}</p></header>
<nav aria-label="Contents"><ul>${contents}</ul></nav>
<main>
${page.sections.map(renderSection).join('\n')}
</main>
<footer><a download="sparsek.json" href="data:application/json;base64,${data}">Download the raw data (JSON)</a></footer>
</body>
</html>
`;
}

function renderSection(section: PageSection, index: number): string {
  const parts = section.parts.map(renderPart);
  return `<section id="s${index}"><h2>${escapeHtml(section.title)}</h2>\n${parts.join('\n')}\n</section>`;
}

function renderPart(part: PagePart): string {
  switch (part.kind) {
    case 'text':
      return `<p>${escapeHtml(part.text)}</p>`;
    case 'table':
      return renderTable(part);
    case 'svg':
      return figure(part.caption, part.svg);
    case 'chart':
      return figure(part.caption, picture(part.chart.light, 'light') + picture(part.chart.dark, 'dark'));
  }
}

function figure(caption: string, inner: string): string {
  const text = escapeHtml(caption);
  return `<figure role="group" aria-label="${text}"><div class="scroll" tabindex="0" role="img" aria-label="${text}">${inner}</div><figcaption>${text}</figcaption></figure>`;
}

const picture = (svg: string, theme: 'light' | 'dark') =>
  `<div class="${theme}" aria-hidden="true">${svg}</div>`;

function renderTable({ caption, head, rows }: PageTable): string {
  const cells = (tag: string, row: readonly string[]) => {
    return row.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('');
  };
  const body = rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('\n');
  const headCells = head.map((cell) => `<th scope="col">${escapeHtml(cell)}</th>`).join('');
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(caption)}"><table><caption>${escapeHtml(caption)}</caption>
<thead><tr>${headCells}</tr></thead>
<tbody>
${body}
</tbody></table></div>`;
}

export function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

const STYLE = `
:root { --text: #1a1a1a; --muted: #555; --line: #c9c9c9; --back: #fff; --stripe: #f4f6f8; --link: #00508a; }
@media (prefers-color-scheme: dark) {
  :root { --text: #ececec; --muted: #b5b5b5; --line: #4a4a4a; --back: #16181b; --stripe: #1f2226; --link: #7cc4f5; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 70rem; font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); }
a { color: var(--link); }
h1 { line-height: 1.2; margin: 0.5rem 0; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; padding: 0; list-style: none; }
.scroll { overflow-x: auto; }
figure { margin: 1.5rem 0; }
figure svg { display: block; }
figcaption, caption { color: var(--muted); text-align: left; font-size: 0.9rem; margin: 0.25rem 0; }
table { border-collapse: collapse; margin: 1rem 0; font-variant-numeric: tabular-nums; }
th, td { padding: 0.3rem 0.75rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child, th:nth-child(2), td:nth-child(2) { text-align: left; }
tbody tr:nth-child(odd) { background: var(--stripe); }
.dark { display: none; }
@media (prefers-color-scheme: dark) { .dark { display: block; } .light { display: none; } }
@media print { figure svg { max-width: 100%; height: auto; } .dark { display: none; } .light { display: block; } nav { display: none; } section { break-inside: avoid-page; } }
`;
