import { isBusy } from '../../machine/describe.js';
import { formatFlops, formatPercent, formatTimes } from '../figures.js';
import { type Headline, headlineOf } from '../headline.js';
import type { Fact, PagePart } from '../page/parts.js';
import { PEER_HEAD, peerRows } from '../peer-rows.js';
import type { BenchReport, CaseResult } from '../schema.js';

/** What a run says in five seconds: how fast, how right, how sure; then the same against every peer. */
export function headlineParts(report: BenchReport): PagePart[] {
  const headline = headlineOf(report);
  return [
    {
      kind: 'facts',
      facts: [speedFact(headline, report.results), rightFact(headline), noiseFact(headline)].flat(),
    },
    ...busyText(headline, report.machine),
    ...wrongTable(headline),
    ...peerTable(headline),
  ];
}

/** A GPU does not care how busy the processor was. */
function busyText({ contestant }: Headline, machine: BenchReport['machine']): PagePart[] {
  if (contestant !== 'sparsek cpu' || !isBusy(machine)) return [];
  const load = `load ${machine.load?.toFixed(1)} on ${machine.threads} threads`;
  const text = `This machine was busy before the run (${load}): times may be far off, of peers with many threads most.`;
  return [{ kind: 'text', text }];
}

function wrongTable({ wrong }: Headline): PagePart[] {
  if (wrong.length === 0) return [];
  const rows = wrong.map((where) => [where, { text: 'WRONG', tone: 'bad' as const }]);
  return [{ kind: 'table', caption: 'Results beyond their bound', head: ['result', 'check'], rows }];
}

function peerTable(headline: Headline): PagePart[] {
  const rows = peerRows(headline);
  if (rows.length === 0) return [];
  if (rows.every(({ skipped }) => skipped !== undefined)) {
    return [
      {
        kind: 'table',
        caption: 'Peers that ran no case',
        head: ['peer', 'reason'],
        rows: rows.map(({ peer, skipped = '' }) => [peer, skipped]),
      },
    ];
  }
  const cells = rows.map(({ peer, skipped, figures }) =>
    skipped === undefined
      ? [peer, ...figures]
      : [peer, { text: `skipped: ${skipped}`, tone: 'quiet' as const, span: PEER_HEAD.length - 1 }],
  );
  return [{ kind: 'table', caption: peersCaption(headline), head: PEER_HEAD, rows: cells }];
}

/** Without peers, the range of rates. */
function speedFact({ contestant, fastest }: Headline, results: readonly CaseResult[]): Fact[] {
  if (fastest === undefined) {
    const rates = results.flatMap(({ contestants: [own] }) => own?.usefulTflops ?? []);
    if (rates.length === 0) return [];
    const [least, largest] = [Math.min(...rates), Math.max(...rates)].map(formatFlops);
    const note = `${contestant}, ${least} at least; counted are stored blocks or visible pairs only`;
    return [{ value: `${largest}`, label: 'useful rate at most', note }];
  }
  const { median, least, largest, faster, slower, cases } = fastest;
  return [
    {
      value: formatTimes(median),
      label: 'as fast as the fastest peer of each case (median)',
      note:
        `${contestant}: ${formatTimes(least)} to ${formatTimes(largest)} over ${cases} cases; ` +
        `faster in ${faster}, slower in ${slower}`,
    },
  ];
}

function rightFact({ checked, right }: Headline): Fact {
  if (checked === 0)
    return { value: 'none', label: 'of the results checked', note: 'nothing to compare with' };
  return {
    value: `${right} of ${checked}`,
    label: right === checked ? 'checked results right' : 'checked results right: some are WRONG',
    note: 'compared with float64 before and after the timing, those of peers too',
    ...(right < checked ? { tone: 'bad' as const } : {}),
  };
}

function noiseFact({ contestant, noise }: Headline): Fact {
  return {
    value: formatPercent(noise),
    label: 'noise at most',
    note: `what ${contestant} differs from itself in the same run; smaller differences say nothing`,
  };
}

const peersCaption = ({ contestant }: Headline) =>
  `How many times as long each peer takes as ${contestant} on the same data, median and range: above 1x ${contestant} ` +
  "is faster. Then in how many cases it is faster and slower by more than chance explains, and how many of the peer's own " +
  'results are right (-: nothing to compare with).';
