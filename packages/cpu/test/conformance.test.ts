import { openCpuBackend } from '@sparsek/cpu';
import { type Case, conformanceCases, runConformance } from '@sparsek/validator';
import { expect, it } from 'vitest';
import { describeNative, testedSets } from './backend.js';

/** The fastest set gets every case; the others, which share all but a few lines with it, every third. */
function casesFor(position: number): Case[] | undefined {
  if (position === 0) return undefined;
  return conformanceCases({ seed: position }).filter((_, index) => index % 3 === position % 3);
}

/** Most cases are so small that they would be computed in place: the fastest set hands them to threads as well. */
const runs = [
  ...testedSets.map((set, position) => ({ set, position, where: 'small work in place', inPlace: true })),
  ...testedSets.slice(0, 1).map((set, position) => ({ set, position, where: 'by threads', inPlace: false })),
];

describeNative('conformance with the float64 reference', () => {
  it.each(runs)(
    '$set, $where',
    async ({ set, position, inPlace }) => {
      using backend = openCpuBackend({ instructionSet: set, inPlace });
      const cases = casesFor(position);
      const report = await runConformance(backend, cases === undefined ? {} : { cases });
      const failed = report.cases.filter(({ status }) => status !== 'passed');
      expect(failed.map(({ name, status, reason }) => ({ name, status, reason }))).toEqual([]);
      expect(report.totals.passed).toBeGreaterThan(500);
    },
    120_000,
  );
});
