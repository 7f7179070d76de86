import { isBusy } from '../machine/describe.js';
import type { BenchReport, ContestantResult } from './schema.js';

/**
 * What two runs differ in beside their results, as lines to read: then times may not be comparable, or something was
 * compared that is not there twice.
 */
export function differencesOfRuns(before: BenchReport, after: BenchReport): string[] {
  const told: readonly (readonly [string, (report: BenchReport) => string])[] = [
    ['suite', ({ suite }) => suite],
    ['contestant', ({ results }) => results[0]?.contestants[0]?.name ?? 'none'],
    ['device', ({ results }) => deviceOf(results[0]?.contestants[0])],
    ['processor', ({ machine }) => `${machine.cpu}, ${machine.threads} threads`],
    ['system', ({ machine }) => machine.os],
    ['version of Node', ({ machine }) => machine.node],
  ];
  const differences = told
    .map(([name, of]) => ({ name, old: of(before), now: of(after) }))
    .filter(({ old, now }) => old !== now)
    .map(({ name, old, now }) => `another ${name}: ${old} before, ${now} after`);
  const busy = [
    { when: 'before', machine: before.machine },
    { when: 'after', machine: after.machine },
  ].flatMap(({ when, machine }) =>
    isBusy(machine)
      ? [`a busy machine ${when}: load ${machine.load?.toFixed(1)} on ${machine.threads} threads`]
      : [],
  );
  const known = new Set(before.results.map((result) => result.case.name));
  const added = after.results.map((result) => result.case.name).filter((name) => !known.has(name));
  return [...differences, ...busy, ...added.map((name) => `only in the new run: ${name}`)];
}

/** A contestant's version ends with the device that it ran on. */
const deviceOf = (contestant: ContestantResult | undefined) =>
  contestant?.version.split(', ').slice(1).join(', ') ?? '';
