import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type BenchReport, type Contestant, compareReports } from '@sparsek/bench';
import { describe, expect, it } from 'vitest';
import { measure, regressions, vectorSets } from '../speed/measure.mjs';
import { compiler, processor } from '../speed/processor.mjs';

const record = fileURLToPath(new URL('../../docs/benchmarks/speed.json', import.meta.url));
const {
  processor: recordedOn,
  compiler: builtBy,
  ...recorded
} = JSON.parse(readFileSync(record, 'utf8')) as Readonly<
  { processor?: string; compiler?: string } & Record<string, BenchReport>
>;
const sameProcessor = recordedOn !== undefined && recordedOn === processor();
const sameCompiler = compiler() === builtBy;
if (!sameCompiler)
  console.warn(`skipped: the speed beside generic code: it was recorded of code by ${builtBy}`);
const against = (set: string, report: BenchReport) =>
  regressions(recorded[set]!, report, { sameProcessor, sameCompiler });
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

/** A report as it would be with a kernel that takes so many times as long. */
function slowed(report: BenchReport, times: number): BenchReport {
  const results = report.results.map((result) => {
    const [own, ...peers] = result.contestants;
    const { timing } = own!;
    const longer = timing && { ...timing, median: timing.median * times, min: timing.min * times };
    const faster = peers.map((peer) => ({
      ...peer,
      ...(peer.timeRatio === undefined ? {} : { timeRatio: peer.timeRatio / times }),
    }));
    return { ...result, contestants: [{ ...own!, ...(longer && { timing: longer }) }, ...faster] };
  });
  return { ...report, results };
}

describe.skipIf(known.length === 0)('the speed of the CPU kernels', () => {
  it.each(known)('is not below what was recorded: %s', { timeout: TIMEOUT_MS, retry: 1 }, async (set) => {
    expect(against(set, await measure(set))).toEqual([]);
  });

  it.each(known)('is called lower where it is, and not for what noise explains: %s', (set) => {
    const report = recorded[set]!;
    expect(against(set, slowed(report, 1.1))).toEqual([]);
    const found = against(set, slowed(report, 3)).join('\n');
    for (const { case: it } of report.results) expect(found).toContain(`${it.name}: slower`);
  });

  it('is measured: a kernel that does its work thrice is called lower', { timeout: TIMEOUT_MS }, async () => {
    const set = known[0]!;
    const report = await measure(set, { change: repeated(3) });
    for (const found of compareReports(recorded[set]!, report, { tolerance: 1, peer: 'dense run' })) {
      const { name, change, threshold } = found;
      if (threshold > 1) console.warn(`not judged, since this machine is too busy now: ${name}`);
      else expect({ name, change }).toEqual({ name, change: 'slower' });
    }
  });
});
