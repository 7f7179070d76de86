import { median } from 'simple-statistics';
import type { BenchReport, CaseResult, ContestantResult } from './schema.js';
import { fasterOf } from './standard-error.js';

/** How many times as long a peer takes, over the cases that it and the first contestant ran with right results. */
export interface Ratios {
  readonly cases: number;
  /** Above 1 the first contestant is faster. */
  readonly median: number;
  readonly least: number;
  readonly largest: number;
  /** Cases in which the first contestant is faster or slower by more than chance explains; see `fasterOf`. */
  readonly faster: number;
  readonly slower: number;
}

export interface PeerSummary {
  readonly peer: string;
  /** Absent where it never gave a right result in time. */
  readonly ratios?: Ratios;
  /** Results that were compared with the reference, and how many of them were right. */
  readonly checked: number;
  readonly right: number;
  /** Why it took no part in some case. */
  readonly skipped?: string;
}

/** What a run says in five seconds. */
export interface Headline {
  readonly contestant: string;
  /** What it ran on. */
  readonly device: string;
  readonly cases: number;
  /** Of every contestant's results that have something to be compared with. */
  readonly checked: number;
  readonly right: number;
  /** Cases and contestants with a wrong result. */
  readonly wrong: readonly string[];
  /** The largest difference of the first contestant from itself in one run. */
  readonly noise: number;
  /** Against whichever peer is fastest, case by case. */
  readonly fastest?: Ratios;
  readonly peers: readonly PeerSummary[];
}

export function headlineOf({ machine, results }: BenchReport): Headline {
  const own = results[0]?.contestants[0];
  const checks = results.flatMap(({ case: { name }, contestants }) =>
    contestants.flatMap((it) => (it.check ? [{ where: `${it.name} in ${name}`, ...it.check }] : [])),
  );
  const wrong = checks.filter(({ passed }) => !passed);
  const fastest = results.flatMap((result) => {
    const [first, ...others] = racesOf(result);
    return first ? [others.reduce((best, race) => (race.ratio < best.ratio ? race : best), first)] : [];
  });
  return {
    contestant: own?.name ?? 'nothing',
    // A contestant's version ends with the device that it ran on.
    device: own?.version.split(', ').slice(1).join(', ') || machine.cpu,
    cases: results.length,
    checked: checks.length,
    right: checks.length - wrong.length,
    wrong: wrong.map(({ where }) => where),
    noise: Math.max(0, ...results.map(({ noise }) => noise)),
    ...(fastest.length > 0 ? { fastest: ratiosOf(fastest) } : {}),
    peers: peersOf(results),
  };
}

function peersOf(results: readonly CaseResult[]): PeerSummary[] {
  const peers = results.flatMap(({ contestants }) => contestants.slice(1));
  const races = results.flatMap(racesOf);
  return [...new Set(peers.map(({ name }) => name))].map((name) => {
    const same = peers.filter((peer) => peer.name === name);
    const checks = same.flatMap(({ check }) => check ?? []);
    const own = races.filter(({ peer }) => peer.name === name);
    const skipped = same.find((peer) => peer.skipped !== undefined)?.skipped;
    return {
      peer: name,
      ...(own.length > 0 ? { ratios: ratiosOf(own) } : {}),
      checked: checks.length,
      right: checks.filter(({ passed }) => passed).length,
      ...(skipped === undefined ? {} : { skipped }),
    };
  });
}

interface Race {
  readonly peer: ContestantResult;
  readonly ratio: number;
  readonly faster: ReturnType<typeof fasterOf>;
}

/** A wrong answer is no time to compare with. */
function racesOf(result: CaseResult): Race[] {
  const [own, ...peers] = result.contestants;
  if (!own?.timing || own.check?.passed === false) return [];
  return peers.flatMap((peer) => {
    const { timeRatio: ratio, check } = peer;
    return ratio === undefined || check?.passed === false
      ? []
      : [{ peer, ratio, faster: fasterOf(result, peer) }];
  });
}

function ratiosOf(races: readonly Race[]): Ratios {
  const ratios = races.map(({ ratio }) => ratio);
  return {
    cases: races.length,
    median: median(ratios),
    least: Math.min(...ratios),
    largest: Math.max(...ratios),
    faster: races.filter(({ faster }) => faster === 'own').length,
    slower: races.filter(({ faster }) => faster === 'peer').length,
  };
}
