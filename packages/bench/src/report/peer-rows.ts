import { formatTimes } from './figures.js';
import type { Headline, Ratios } from './headline.js';

/**
 * One row a peer: how many times as long as the first contestant it takes (median, least, most), in how many of their
 * cases the first one is faster and slower, and how many of the peer's results are right.
 */
export const PEER_HEAD = ['against', 'takes', 'from', 'to', 'faster', 'slower', 'right'] as const;

/** Peers that were skipped everywhere have a reason in place of figures. */
export interface PeerRow {
  readonly peer: string;
  readonly skipped?: string;
  readonly figures: readonly string[];
}

export function peerRows({ peers, fastest }: Headline): PeerRow[] {
  const rows = peers.map(({ peer, ratios, checked, right, skipped }) => {
    if (ratios === undefined && checked === 0)
      return { peer, skipped: skipped ?? 'no reason given', figures: [] };
    const verdict = checked === 0 ? '-' : `${right} of ${checked}`;
    return { peer, figures: [...ratioFigures(ratios), verdict] };
  });
  if (fastest === undefined || rows.filter(({ figures }) => figures.length > 0).length < 2) return rows;
  return [{ peer: 'the fastest of each case', figures: [...ratioFigures(fastest), ''] }, ...rows];
}

function ratioFigures(ratios: Ratios | undefined): string[] {
  if (ratios === undefined) return ['-', '-', '-', '-', '-'];
  const { cases, median, least, largest, faster, slower } = ratios;
  return [...[median, least, largest].map(formatTimes), `${faster} of ${cases}`, `${slower}`];
}
