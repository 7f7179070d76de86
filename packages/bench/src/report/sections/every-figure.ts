import { CONTESTANT_HEAD, contestantRows } from '../contestant-rows.js';
import { formatError } from '../figures.js';
import type { Cell, PagePart, Row } from '../page/parts.js';
import type { CaseResult } from '../schema.js';

const HEAD = [...CONTESTANT_HEAD, 'error', 'bound'];

/** Every contestant of every case: the figures that the terminal shows, and the errors. */
export function everyFigureParts(results: readonly CaseResult[]): PagePart[] {
  return [
    {
      kind: 'table',
      caption:
        'Median time, useful rate, how many times as long it takes as the first, the useful rate as a share of that of ' +
        'the dense product, and whether the result is right (empty: nothing to compare with)',
      head: HEAD,
      rows: results.flatMap((result): Row[] => [{ group: result.case.name }, ...rowsOf(result)]),
    },
  ];
}

function rowsOf(result: CaseResult): Cell[][] {
  return contestantRows(result).map(({ contestant, skipped, figures }) => {
    if (skipped !== undefined) {
      return [contestant, { text: `skipped: ${skipped}`, tone: 'quiet', span: HEAD.length - 1 }];
    }
    const check = result.contestants.find(({ name }) => name === contestant)?.check;
    const errors = check ? [check.error, check.bound].map(formatError) : ['', ''];
    return [contestant, ...figures.map(figureCell), ...errors];
  });
}

const figureCell = (text: string): Cell => (text === 'WRONG' ? { text, tone: 'bad' } : text);
