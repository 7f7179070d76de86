import { type BlockCells, blockCells } from '../block-cells.js';
import { formatPercent, formatSize } from '../figures.js';
import type { PagePart, Panel } from '../page/parts.js';
import type { CaseResult } from '../schema.js';

/** Pixels of the longer side, less what whole pixels for every cell take off. */
const SIDE = 150;
/** How dark a cell is by the share of its blocks up to which it is so; a single one of thousands can still be seen. */
const SHADES = [
  { upTo: 1 / 32, opacity: 0.2 },
  { upTo: 1 / 8, opacity: 0.4 },
  { upTo: 1 / 2, opacity: 0.7 },
  { upTo: 1, opacity: 1 },
] as const;

/** Where the blocks of every different pattern and mask of a run stand. */
export function patternParts(results: readonly CaseResult[]): PagePart[] {
  const different = new Map(results.map((result) => [keyOf(result), result]));
  const panels = [...different].map(([title, result]): Panel => {
    const cells = blockCells(result.case);
    return { title: `${title}; ${cells.what}`, svg: draw(cells), width: SIDE };
  });
  if (panels.length === 0) return [];
  return [
    {
      kind: 'chart',
      caption:
        'Stored or visible blocks are coloured; where a cell spans several blocks, the more strongly the more of them are',
      chart: panels,
      numbers: {
        head: ['pattern', 'stored or visible'],
        rows: [...different].map(([title, { density }]) => [title, formatPercent(density)]),
      },
    },
  ];
}

function keyOf({ case: it, density }: CaseResult): string {
  const blocks = (it.operation === 'attention' ? it : it.pattern).blockShape.join('x');
  const share = `${formatPercent(density)} in blocks of ${blocks}`;
  if (it.operation !== 'attention') return `${it.m} x ${it.k}, ${it.pattern.kind}, ${share}`;
  const { queryLength, keyLength } = it;
  const tokens = queryLength === keyLength ? formatSize(queryLength) : `${queryLength} x ${keyLength}`;
  return `${tokens} tokens, ${maskName(it.mask)}, ${share}`;
}

function maskName(mask: (CaseResult['case'] & { operation: 'attention' })['mask']): string {
  if (typeof mask === 'string') return mask;
  if (mask.kind === 'documents') return `causal in ${mask.lengths.length} documents`;
  return mask.perHead ? 'random blocks, others in each head' : 'random blocks';
}

function draw({ rows, columns, shares }: BlockCells): string {
  const cell = Math.floor(SIDE / Math.max(rows, columns));
  const [width, height] = [columns * cell, rows * cell];
  const shades = SHADES.map(({ upTo, opacity }, index) => {
    const above = index === 0 ? 0 : SHADES[index - 1]!.upTo;
    // Sums of shares are not exact.
    const path = runs(rows, columns, (at) => shares[at]! > above + 1e-9 && shares[at]! <= upTo + 1e-9);
    return path === '' ? '' : `<path d="${path}" fill="var(--mark-0)" fill-opacity="${opacity}"/>`;
  });
  return (
    `<svg class="pattern" xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${columns} ${rows}" shape-rendering="crispEdges">` +
    `<rect width="${columns}" height="${rows}" fill="var(--stripe)"/>${shades.join('')}</svg>`
  );
}

/** An SVG path over the cells of one shade: a rectangle for every run of neighbours in a row. */
function runs(rows: number, columns: number, wanted: (at: number) => boolean): string {
  const path: string[] = [];
  for (let row = 0; row < rows; row++) {
    for (let begin = 0; begin < columns; begin++) {
      let end = begin;
      while (end < columns && wanted(row * columns + end)) end++;
      if (end > begin) path.push(`M${begin},${row}h${end - begin}v1h${begin - end}z`);
      begin = end;
    }
  }
  return path.join('');
}
