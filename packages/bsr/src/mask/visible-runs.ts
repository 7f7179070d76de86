import { BLOCK_CLAUSES, BLOCK_FULL, type BlockMask, type RegularPattern } from '@sparsek/types';
import { type Band, bandBegin, bandEnd, bandsOf } from './bands.js';

/** Neighbouring visible blocks `begin .. end - 1` of a block row that are all full, or all decided by the clauses. */
export interface BlockRun {
  readonly begin: number;
  readonly end: number;
  readonly fill: typeof BLOCK_FULL | typeof BLOCK_CLAUSES;
}

interface Edge {
  readonly at: number;
  /** Change in the number of bands that touch the blocks from here on. */
  readonly touched: number;
  /** Change in the number of bands that fill them alone. */
  readonly full: number;
}

/**
 * The visible blocks of a block row of a regular pattern as runs in ascending order, from the clauses alone: a causal
 * row is two runs, however long. A block is in a run when at least one of its pairs is visible, and full exactly when
 * all of its pairs that exist are.
 */
export function visibleRuns(mask: BlockMask, pattern: RegularPattern, blockRow: number): BlockRun[] {
  const [height, width] = mask.blockShape;
  const offset = mask.keyLength - mask.queryLength;
  const begin = blockRow * height + offset;
  const end = Math.min((blockRow + 1) * height, mask.queryLength) + offset;
  const bands = bandsOf(mask, pattern.clauses, begin, end);
  const edges: Edge[] = [];
  for (const band of bands) pushEdges(edges, band, begin, end, width, mask.keyLength);
  edges.sort((a, b) => a.at - b.at);

  const runs: BlockRun[] = [];
  let touched = 0;
  let full = 0;
  for (const [index, edge] of edges.entries()) {
    touched += edge.touched;
    full += edge.full;
    const next = edges[index + 1]?.at ?? edge.at;
    if (next === edge.at || touched === 0) continue;
    if (full > 0 || touched === 1) {
      pushRun(runs, edge.at, next, full > 0 ? BLOCK_FULL : BLOCK_CLAUSES);
      continue;
    }
    // Several bands, none of which fills the block alone: together they may.
    for (let block = edge.at; block < next; block++) {
      const keyBegin = block * width;
      const keyEnd = Math.min(keyBegin + width, mask.keyLength);
      const together = coveredTogether(bands, begin, end, keyBegin, keyEnd);
      pushRun(runs, block, block + 1, together ? BLOCK_FULL : BLOCK_CLAUSES);
    }
  }
  return runs;
}

function pushEdges(
  edges: Edge[],
  band: Band,
  begin: number,
  end: number,
  width: number,
  keyLength: number,
): void {
  const first = Math.floor(bandBegin(band, band.rowBegin) / width);
  const last = Math.ceil(bandEnd(band, band.rowEnd - 1) / width);
  edges.push({ at: first, touched: 1, full: 0 }, { at: last, touched: -1, full: 0 });
  if (band.rowBegin !== begin || band.rowEnd !== end) return;
  const keyEnd = bandEnd(band, begin);
  const fullFirst = Math.ceil(bandBegin(band, end - 1) / width);
  const fullLast = keyEnd === keyLength ? Math.ceil(keyEnd / width) : Math.floor(keyEnd / width);
  if (fullFirst < fullLast) {
    edges.push({ at: fullFirst, touched: 0, full: 1 }, { at: fullLast, touched: 0, full: -1 });
  }
}

function pushRun(runs: BlockRun[], begin: number, end: number, fill: BlockRun['fill']): void {
  const last = runs.at(-1);
  if (last !== undefined && last.end === begin && last.fill === fill)
    runs[runs.length - 1] = { ...last, end };
  else runs.push({ begin, end, fill });
}

/** Whether every query of `begin .. end - 1` sees every key of `keyBegin .. keyEnd - 1` in some band. */
function coveredTogether(
  bands: readonly Band[],
  begin: number,
  end: number,
  keyBegin: number,
  keyEnd: number,
): boolean {
  const near = bands.filter(
    (band) => bandBegin(band, band.rowBegin) < keyEnd && bandEnd(band, band.rowEnd - 1) > keyBegin,
  );
  for (let i = begin; i < end; i++) {
    let reach = keyBegin;
    while (reach < keyEnd) {
      let further = reach;
      for (const band of near) {
        if (i < band.rowBegin || i >= band.rowEnd || bandBegin(band, i) > reach) continue;
        further = Math.max(further, bandEnd(band, i));
      }
      if (further === reach) return false;
      reach = further;
    }
  }
  return true;
}
