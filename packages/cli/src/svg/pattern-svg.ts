import type { BsrPattern } from '@sparsek/types';
import { formatCount, formatExtents, formatShare } from '../output/numbers.js';
import { type CellGrid, cellGrid } from './cells.js';

/** Longer and shortest side of the drawn matrix, in pixels. */
const LONG_SIDE = 640;
const SHORT_SIDE = 96;
const MARGIN = { left: 104, top: 64, right: 24, bottom: 76 };
/** A cell with one block of thousands still has to be seen. */
const FAINTEST = 0.12;
const LEGEND_STEPS = 5;

const STYLE = `
  :root { color-scheme: light dark; }
  .paper { fill: #ffffff; } .field { fill: #f3f4f6; stroke: #9ca3af; } .ink { fill: #1d4ed8; }
  text { font: 12px system-ui, sans-serif; fill: #374151; } .title { font-size: 15px; font-weight: 600; fill: #111827; }
  .tick { stroke: #9ca3af; }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #111827; } .field { fill: #1f2937; stroke: #6b7280; } .ink { fill: #93c5fd; }
    text { fill: #d1d5db; } .title { fill: #f9fafb; } .tick { stroke: #6b7280; }
  }`;

/**
 * Draws where a matrix has blocks, row 0 at the top, in true proportions as far as both sides can be seen. Where there
 * are more than 64 block rows or columns, each cell stands for several blocks and is the darker the more are stored.
 */
export function patternSvg(pattern: BsrPattern, { title }: { readonly title: string }): string {
  const [rows, columns] = pattern.shape;
  const longest = Math.max(rows, columns, 1);
  const side = (extent: number) => Math.max(SHORT_SIDE, Math.round((LONG_SIDE * extent) / longest));
  const [width, height] = [side(columns), side(rows)];
  const grid = cellGrid(pattern);
  const totalWidth = Math.max(width, 360) + MARGIN.left + MARGIN.right;
  const totalHeight = height + MARGIN.top + MARGIN.bottom;
  const all = Math.ceil(rows / pattern.blockShape[0]) * Math.ceil(columns / pattern.blockShape[1]);
  const stored = pattern.indices.length;
  const single = pattern.blockShape[0] === 1 && pattern.blockShape[1] === 1;
  const what = single ? 'entries' : `blocks of ${formatExtents(pattern.blockShape)}`;
  const facts = `${formatExtents(pattern.shape)}, ${formatCount(stored)} ${what}, ${formatShare(all === 0 ? 0 : stored / all)} stored`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${totalWidth}" height="${totalHeight}" viewBox="0 0 ${totalWidth} ${totalHeight}" role="img" aria-label="${escapeXml(`${title}: ${facts}`)}">`,
    `<style>${STYLE}</style>`,
    `<rect class="paper" width="100%" height="100%"/>`,
    `<text class="title" x="${MARGIN.left}" y="24">${escapeXml(title)}</text>`,
    `<text x="${MARGIN.left}" y="42">${escapeXml(facts)}</text>`,
    `<g transform="translate(${MARGIN.left} ${MARGIN.top})">`,
    `<rect class="field" width="${width}" height="${height}"/>`,
    `<g class="ink" shape-rendering="crispEdges">`,
    ...cells(pattern, grid, width, height),
    '</g>',
    ...columnTicks(columns, width, height),
    ...rowTicks(rows, height),
    `<text transform="translate(-88 ${height / 2}) rotate(-90)" text-anchor="middle">row</text>`,
    `<text x="${width / 2}" y="${height + 34}" text-anchor="middle">column</text>`,
    ...legend(grid, single, height),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function cells(pattern: BsrPattern, grid: CellGrid, width: number, height: number): string[] {
  const drawn: string[] = [];
  const [rows, columns] = pattern.shape;
  // A cell at the edge ends with the matrix, not with its last block.
  const y = (row: number) =>
    (height * Math.min(rows, row * grid.blocksPerCell[0] * pattern.blockShape[0])) / rows;
  const x = (column: number) =>
    (width * Math.min(columns, column * grid.blocksPerCell[1] * pattern.blockShape[1])) / columns;
  for (let row = 0; row < grid.rows; row++) {
    for (let column = 0; column < grid.columns; column++) {
      const share = grid.shares[row * grid.columns + column]!;
      if (share === 0) continue;
      const opacity = opacityOf(share);
      const attributes = opacity === 1 ? '' : ` opacity="${round(opacity)}"`;
      drawn.push(
        `<rect x="${round(x(column))}" y="${round(y(row))}" width="${round(x(column + 1) - x(column))}" ` +
          `height="${round(y(row + 1) - y(row))}"${attributes}/>`,
      );
    }
  }
  return drawn;
}

/** The square root spreads small shares, in which most sparse matrices lie. */
function opacityOf(share: number): number {
  return FAINTEST + (1 - FAINTEST) * Math.sqrt(share);
}

function columnTicks(columns: number, width: number, height: number): string[] {
  return ticks(columns).flatMap((tick) => {
    const x = round((width * tick) / Math.max(columns, 1));
    const anchor = tick === 0 ? 'start' : tick === columns ? 'end' : 'middle';
    return [
      `<line class="tick" x1="${x}" x2="${x}" y1="${height}" y2="${height + 5}"/>`,
      `<text x="${x}" y="${height + 18}" text-anchor="${anchor}">${tick}</text>`,
    ];
  });
}

function rowTicks(rows: number, height: number): string[] {
  return ticks(rows).flatMap((tick) => {
    const y = round((height * tick) / Math.max(rows, 1));
    return [
      `<line class="tick" x1="-5" x2="0" y1="${y}" y2="${y}"/>`,
      `<text x="-8" y="${tick === 0 ? y + 10 : y}" text-anchor="end">${tick}</text>`,
    ];
  });
}

/** Begin, middle and end. */
function ticks(extent: number): number[] {
  return [...new Set([0, Math.floor(extent / 2), extent])];
}

function legend(grid: CellGrid, single: boolean, height: number): string[] {
  const [down, across] = grid.blocksPerCell;
  const unit = single ? 'entries' : 'blocks';
  const one = down === 1 && across === 1;
  if (one) return [`<text x="0" y="${height + 60}">one cell is one ${single ? 'entry' : 'block'}</text>`];
  const swatches = Array.from({ length: LEGEND_STEPS }, (_, step) => {
    const share = (step + 1) / LEGEND_STEPS;
    return `<rect class="ink" x="${step * 20}" y="${height + 50}" width="20" height="12" opacity="${round(opacityOf(share))}"/>`;
  });
  const text = `0 to 100 % of the ${formatExtents([down, across])} ${unit} of a cell`;
  return [...swatches, `<text x="${LEGEND_STEPS * 20 + 8}" y="${height + 60}">${text}</text>`];
}

function round(value: number): number {
  return Number(value.toFixed(2));
}

function escapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  // Control characters are not allowed in XML, not even escaped.
  return text.replace(/[&<>"]/g, (character) => entities[character]!).replace(/\p{Cc}/gu, ' ');
}
