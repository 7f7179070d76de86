import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BenchReport, Contestant } from '@sparsek/bench';
import { describe, expect, it } from 'vitest';
import { measure, regressions, vectorSets } from '../speed/measure.mjs';
import { processor } from '../speed/processor.mjs';

const record = fileURLToPath(new URL('../../docs/benchmarks/speed.json', import.meta.url));
const { processor: recordedOn, ...recorded } = JSON.parse(readFileSync(record, 'utf8')) as Readonly<
  { processor?: string } & Record<string, BenchReport>
>;
const sameProcessor = recordedOn !== undefined && recordedOn === processor();
const against = (set: string, report: BenchReport) => regressions(recorded[set]!, report, { sameProcessor });
const sets: readonly string[] = vectorSets();
const known = sets.filter((set) => set in recorded);
const unknown = sets.filter((set) => !known.includes(set)).join(', ');
if (unknown !== '') console.warn(`skipped: the speed of ${unknown} was never recorded`);
if (sets.length === 0) console.warn('skipped: the speed of the CPU kernels: no instruction set to compare');

const TIMEOUT_MS = 120_000;

/** A contestant whose kernel does its work several times over. */
function repeated(times: number) {
  return (contestant: Contestant): Contestant => ({
    ...contestant,
    async prepare(...args) {
      const prepared = await contestant.prepare(...args);
      if ('skipped' in prepared) return prepared;
      const run = async () => {
        let total = 0;
        for (let count = 0; count < times; count++) total += await prepared.run();
        return total;
      };
      return { ...prepared, run };
    },
  });
}

/** A contestant whose times are all off by a factor. */
function off(factor: number) {
  return (contestant: Contestant): Contestant => ({
    ...contestant,
    async prepare(...args) {
      const prepared = await contestant.prepare(...args);
      if ('skipped' in prepared) return prepared;
      return { ...prepared, run: async () => factor * (await prepared.run()) };
    },
  });
}

describe.skipIf(known.length === 0)('the speed of the CPU kernels', () => {
  it.each(known)('is not below what was recorded: %s', { timeout: TIMEOUT_MS, retry: 1 }, async (set) => {
    expect(against(set, await measure(set))).toEqual([]);
  });

  it('is not called lower for what the noise explains', { timeout: TIMEOUT_MS, retry: 1 }, async () => {
    const report = await measure(known[0]!, { change: off(1.1) });
    expect(against(known[0]!, report)).toEqual([]);
  });

  it('is called lower for a kernel that was slowed', { timeout: TIMEOUT_MS }, async () => {
    const report = await measure(known[0]!, { change: repeated(sameProcessor ? 3 : 8) });
    const found = against(known[0]!, report).join('\n');
    for (const { case: it } of report.results) expect(found).toContain(`${it.name}: slower`);
  });
});
