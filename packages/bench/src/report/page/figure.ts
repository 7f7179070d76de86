import type { Mark } from '../marks.js';
import { escapeHtml } from './escape-html.js';
import type { PageChart, PageSvg, Panel } from './parts.js';
import { renderTable } from './table.js';

const NUMBERS = 'The numbers of this chart';

/** A drawing that stands by itself. */
export function renderDrawing({ caption, svg }: PageSvg): string {
  return figure(caption, picture(caption, svg));
}

/** A chart with what its marks stand for and, folded away, its numbers. */
export function renderChart({ caption, chart, legend = [], numbers }: PageChart): string {
  const drawn =
    'wide' in chart
      ? picture(caption, `<div class="narrow">${chart.narrow}</div><div class="wide">${chart.wide}</div>`)
      : `<div class="panels">${chart.map(renderPanel).join('')}</div>`;
  const marks = legend.length > 0 ? `<ul class="legend">${legend.map(renderMark).join('')}</ul>` : '';
  const table = numbers
    ? `<details><summary aria-label="${NUMBERS}: ${escapeHtml(caption)}">${NUMBERS}</summary>${renderTable({ kind: 'table', caption, ...numbers })}</details>`
    : '';
  return figure(caption, marks + drawn + table);
}

/** The caption stands first, so that one knows what the chart is to show. */
function figure(caption: string, inner: string): string {
  const text = escapeHtml(caption);
  return `<figure><figcaption>${text}</figcaption>${inner}</figure>`;
}

function picture(label: string, svg: string): string {
  return `<div class="scroll" tabindex="0" role="img" aria-label="${escapeHtml(label)}">${svg}</div>`;
}

/** A title is no wider than its drawing, so that narrow ones stand side by side. */
function renderPanel({ title, svg, width }: Panel): string {
  const text = escapeHtml(title);
  return `<div class="panel" style="width: ${width}px"><p aria-hidden="true">${text}</p>${picture(title, svg)}</div>`;
}

function renderMark({ label, color, shape, filled }: Mark): string {
  const paint = filled ? `fill="${color}"` : `fill="none" stroke="${color}" stroke-width="0.4"`;
  return `<li><svg aria-hidden="true" width="14" height="14" viewBox="-1.4 -1.4 2.8 2.8"><path d="${shape}" ${paint}/></svg>${escapeHtml(label)}</li>`;
}
