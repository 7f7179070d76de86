import { headlineOf, PEER_HEAD, peerRows } from '@sparsek/bench';
import { table } from './markdown.mjs';

/** Every suite of a record against every peer: median and range over all cases, also where a peer is faster. */
export function peerSummary({ benchmarks }) {
  const rows = benchmarks.flatMap(({ suite, report }) =>
    (report ? peerRows(headlineOf(report)) : []).map(({ peer, skipped, figures }, index) => [
      index === 0 ? suite : '',
      peer,
      ...(skipped === undefined ? figures : [`skipped: ${skipped}`, '', '', '', '', '']),
    ]),
  );
  return rows.length === 0 ? 'Not recorded yet.' : table(['suite', ...PEER_HEAD], rows);
}
