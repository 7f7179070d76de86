import { shareOfDenseRate } from '../dense-rate.js';
import { formatCheck, formatMs, formatPercent, formatRate, formatRatio, formatShare } from '../figures.js';
import type { Mark } from '../marks.js';
import type { Cell, PagePart } from '../page/parts.js';
import { speedParts } from '../plots/speed.js';
import type { BenchReport, CaseResult, ContestantResult } from '../schema.js';
import { fasterOf } from '../standard-error.js';

/** One line a case, and the same as a chart. */
export async function resultParts(report: BenchReport, marks: readonly Mark[]): Promise<PagePart[]> {
  const { results, notRun = [] } = report;
  return [
    caseTable(results),
    ...(await speedParts(results, marks)),
    ...(notRun.length > 0
      ? [
          {
            kind: 'table' as const,
            caption: 'Cases that were not run',
            head: ['case', 'reason'],
            rows: notRun.map(({ name, reason }) => [name, reason]),
          },
        ]
      : []),
  ];
}

interface Column {
  readonly head: string;
  readonly cell: (result: CaseResult, own: ContestantResult) => Cell;
}

function caseTable(results: readonly CaseResult[]): PagePart {
  const own = results[0]?.contestants[0]?.name ?? '';
  const peers = results.flatMap(({ contestants }) => contestants.slice(1));
  const timed = new Set(peers.flatMap(({ name, timing }) => (timing ? [name] : [])));
  const columns: Column[] = [
    { head: 'case', cell: (result) => result.case.name },
    { head: `time of ${own}`, cell: (_, { timing }) => (timing ? formatMs(timing.median) : '-') },
    { head: 'useful rate', cell: (_, contestant) => formatRate(contestant) },
    { head: 'check', cell: (_, contestant) => checkCell(contestant) },
    {
      head: 'of dense rate',
      cell: (result, contestant) => formatShare(shareOfDenseRate(result, contestant)),
    },
    { head: 'of the limit', cell: ({ expected }) => (expected ? formatPercent(expected.share) : '') },
    ...[...timed].map((name) => ({
      head: name,
      cell: (result: CaseResult) => takes(result, name),
    })),
  ];
  const filled = columns.filter(({ cell }) => {
    return results.some((result) => textOf(cell(result, result.contestants[0]!)) !== '');
  });
  return {
    kind: 'table',
    caption:
      timed.size === 0
        ? `Every case of ${own}`
        : `Every case: ${own}, and how many times as long each peer takes on the same data. Above 1x ${own} is ` +
          'faster; where a peer is faster by more than chance explains, its figure is bold.',
    head: filled.map(({ head }) => head),
    rows: results.map((result) => filled.map(({ cell }) => orDash(cell(result, result.contestants[0]!)))),
  };
}

function takes(result: CaseResult, name: string): Cell {
  const peer = result.contestants.find((contestant) => contestant.name === name);
  if (peer?.timeRatio === undefined) return '';
  // A wrong answer is no time to compare with.
  if (peer.check?.passed === false) return { text: 'WRONG', tone: 'bad' };
  const text = formatRatio(peer);
  return fasterOf(result, peer) === 'peer' ? { text, tone: 'bad' } : text;
}

export function checkCell(contestant: ContestantResult): Cell {
  const text = formatCheck(contestant);
  return contestant.check?.passed === false ? { text, tone: 'bad' } : text;
}

const textOf = (cell: Cell) => (typeof cell === 'string' ? cell : cell.text);
const orDash = (cell: Cell): Cell => (cell === '' ? { text: '-', tone: 'quiet' } : cell);
