import type { PagePart } from '../page/parts.js';
import type { BenchReport, CaseResult } from '../schema.js';
import { runParts } from './runs.js';

/** Where and how the figures came about. */
export function machineParts({ machine, command, results, missingPeers = [] }: BenchReport): PagePart[] {
  return [
    {
      kind: 'text',
      text:
        `${machine.cpu}, ${machine.threads} hardware threads, ${(machine.memoryBytes / 2 ** 30).toFixed(0)} GiB, ` +
        `${machine.os}, Node ${machine.node}, ${machine.date}.${loadOf(machine)} Command: ${command}.`,
    },
    {
      kind: 'text',
      text:
        'Contestants run in turn (A B C A B C ...) after a warm-up, on the same random data. Times are medians. ' +
        'Useful work counts stored blocks or visible query-key pairs only. How many times as long a peer takes is the ' +
        'median of paired ratios. Noise is the first contestant against itself. "Of dense rate" is the useful rate over ' +
        'that of the dense product; "of the limit" is the time that the limits of the machine expect over the time taken.',
    },
    versionsTable(results),
    ...(missingPeers.length > 0
      ? [
          {
            kind: 'table' as const,
            caption: 'Peers that did not take part',
            head: ['peer', 'reason'],
            rows: missingPeers.map(({ name, reason }) => [name, reason]),
          },
        ]
      : []),
    ...runParts(results),
  ];
}

/** How busy the machine was with other things. */
function loadOf({ load, threads }: BenchReport['machine']): string {
  return load === undefined ? '' : ` Load before the run: ${load.toFixed(1)} on ${threads} threads.`;
}

function versionsTable(results: readonly CaseResult[]): PagePart {
  const versions = new Map(
    results.flatMap(({ contestants }) => contestants.map((c) => [c.name, c.version] as const)),
  );
  return { kind: 'table', caption: 'Versions', head: ['contestant', 'version'], rows: [...versions] };
}
