import { escapeHtml } from './escape-html.js';
import { renderChart, renderDrawing } from './figure.js';
import type { Fact, Page, PagePart, PageSection } from './parts.js';
import { STYLE } from './style.js';
import { renderTable } from './table.js';

/** One self-contained HTML file: no script, no network, light and dark, readable on a phone and on paper. */
export function renderPage(page: Page): string {
  const data = Buffer.from(JSON.stringify(page.data)).toString('base64');
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
  return `<section id="s${index}" aria-labelledby="h${index}"><h2 id="h${index}">${escapeHtml(section.title)}</h2>\n${parts.join('\n')}\n</section>`;
}

function renderPart(part: PagePart): string {
  switch (part.kind) {
    case 'text':
      return `<p>${escapeHtml(part.text)}</p>`;
    case 'facts':
      return `<dl class="facts">${part.facts.map(renderFact).join('')}</dl>`;
    case 'table':
      return renderTable(part);
    case 'svg':
      return renderDrawing(part);
    case 'chart':
      return renderChart(part);
  }
}

function renderFact({ value, label, note, tone }: Fact): string {
  const [shown, name, more] = [value, label, note].map(escapeHtml);
  return `<div${tone ? ` class="${tone}"` : ''}><dt>${name}</dt><dd class="value">${shown}</dd><dd>${more}</dd></div>`;
}
