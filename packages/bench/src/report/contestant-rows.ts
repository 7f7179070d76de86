import { shareOfDenseRate } from './dense-rate.js';
import { formatCheck, formatMs, formatRate, formatRatio, formatShare } from './figures.js';
import type { CaseResult } from './schema.js';

/** What a table says of one contestant of a case, under {@link CONTESTANT_HEAD}. */
export interface ContestantRow {
  /** Several peers where the same reason keeps them out. */
  readonly contestant: string;
  /** Why there are no figures. */
  readonly skipped?: string;
  /** Empty where skipped. */
  readonly figures: readonly string[];
}

/** `takes`: how many times as long as the first contestant. */
export const CONTESTANT_HEAD = ['contestant', 'time', 'useful rate', 'takes', 'of dense', 'check'] as const;

export function contestantRows(result: CaseResult): ContestantRow[] {
  const timed = result.contestants.filter(({ timing }) => timing !== undefined);
  const reasons = new Map<string, string[]>();
  for (const { name, timing, skipped = 'no reason given' } of result.contestants) {
    if (timing === undefined) reasons.set(skipped, [...(reasons.get(skipped) ?? []), name]);
  }
  return [
    ...timed.map((contestant) => ({
      contestant: contestant.name,
      figures: [
        formatMs(contestant.timing?.median ?? Number.NaN),
        formatRate(contestant),
        formatRatio(contestant),
        formatShare(shareOfDenseRate(result, contestant)),
        formatCheck(contestant),
      ],
    })),
    ...[...reasons].map(([skipped, names]) => ({ contestant: names.join(', '), skipped, figures: [] })),
  ];
}
