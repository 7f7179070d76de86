import { describe, expect, it } from 'vitest';
import { contestantRows } from '../src/report/contestant-rows.js';
import { headlineOf } from '../src/report/headline.js';
import { markdownTable } from '../src/report/markdown-table.js';
import { peerRows } from '../src/report/peer-rows.js';
import type { BenchReport, CaseResult, ContestantResult } from '../src/report/schema.js';
import { headlineParts } from '../src/report/sections/headline.js';
import { spmmCase } from './cases.js';

const TIMING = { runs: 3, median: 1, min: 1, max: 1, spread: 0 };
const RIGHT = { passed: true, error: 1e-4, bound: 1e-3, rows: 8 };

const own: ContestantResult = {
  ...{ name: 'sparsek cuda', version: '1.0.0, NVIDIA H200', timeRatio: 1, timing: TIMING, check: RIGHT },
};

const peer = (
  name: string,
  timeRatio: number,
  changes: Partial<ContestantResult> = {},
): ContestantResult => ({
  ...{ name, version: '1', timeRatio, timing: { ...TIMING, median: timeRatio }, check: RIGHT },
  ...changes,
});

const skipped = (name: string, reason: string): ContestantResult => ({ name, version: '1', skipped: reason });

const wrong = { check: { ...RIGHT, passed: false } };

function report(...cases: ContestantResult[][]): BenchReport {
  const results = cases.map(
    (contestants, index): CaseResult => ({
      case: { ...spmmCase, name: `case ${index}` },
      ...{ density: 1, usefulFlops: 1, denseFlops: 1, bytes: 1, noise: 0.05 },
      contestants,
    }),
  );
  return {
    ...{ format: 'sparsek-bench-1', suite: 'test', description: 'test', command: 'test', results },
    machine: { cpu: 'a CPU', threads: 1, memoryBytes: 1, os: 'Linux 6', node: 'v20', date: '2026-01-01' },
  };
}

describe('headlineOf', () => {
  it('compares with every peer and with the fastest of each case, beyond noise', () => {
    const headline = headlineOf(
      report(
        [own, peer('slow', 8), peer('mixed', 2)],
        [own, peer('slow', 4), peer('mixed', 1.03)],
        [own, peer('slow', 6), peer('mixed', 0.5)],
      ),
    );
    expect(headline).toMatchObject({
      contestant: 'sparsek cuda',
      device: 'NVIDIA H200',
      cases: 3,
      noise: 0.05,
    });
    expect(headline.fastest).toEqual({
      cases: 3,
      median: 1.03,
      least: 0.5,
      largest: 2,
      faster: 1,
      slower: 1,
    });
    const [slow] = headline.peers;
    expect(slow!.ratios).toEqual({ cases: 3, median: 6, least: 4, largest: 8, faster: 3, slower: 0 });
    expect(peerRows(headline).map((row) => [row.peer, ...row.figures])).toEqual([
      ['the fastest of each case', '1.03x', '0.500x', '2.00x', '1 of 3', '1', ''],
      ['slow', '6.00x', '4.00x', '8.00x', '3 of 3', '0', '3 of 3'],
      ['mixed', '1.03x', '0.500x', '2.00x', '1 of 3', '1', '3 of 3'],
    ]);
  });

  it("takes no wrong answer for a time, neither a peer's nor its own, and names both", () => {
    const headline = headlineOf(
      report(
        [own, peer('hasty', 0.1, wrong), peer('sound', 3)],
        [{ ...own, ...wrong }, peer('hasty', 5), peer('sound', 9)],
      ),
    );
    expect(headline).toMatchObject({ checked: 6, right: 4 });
    expect(headline.wrong).toEqual(['hasty in case 0', 'sparsek cuda in case 1']);
    expect(headline.fastest).toMatchObject({ cases: 1, median: 3 });
    const rows = Object.fromEntries(peerRows(headline).map((row) => [row.peer, row.figures]));
    expect(rows.hasty).toEqual(['-', '-', '-', '-', '-', '1 of 2']);
    expect(rows.sound).toEqual(['3.00x', '3.00x', '3.00x', '1 of 1', '0', '2 of 2']);
  });

  it('says why a peer ran nothing, and what cannot be compared', () => {
    const rows = peerRows(
      headlineOf(
        report([own, skipped('absent', 'not here'), peer('other A', 2, { check: undefined } as object)]),
      ),
    );
    expect(rows).toEqual([
      { peer: 'absent', skipped: 'not here', figures: [] },
      { peer: 'other A', figures: ['2.00x', '2.00x', '2.00x', '1 of 1', '0', '-'] },
    ]);
  });

  it('needs neither peers nor results', () => {
    const alone = headlineOf(report([own]));
    expect(alone.fastest).toBeUndefined();
    expect(peerRows(alone)).toEqual([]);
    expect(headlineOf(report())).toMatchObject({ cases: 0, checked: 0, device: 'a CPU', noise: 0 });
  });
});

describe('contestantRows', () => {
  const { results } = report([
    own,
    skipped('one', 'has no such thing'),
    peer('two', 0.5, wrong),
    skipped('three', 'has no such thing'),
  ]);

  it('names skipped peers with their reason, once a reason', () => {
    expect(contestantRows(results[0]!)).toEqual([
      { contestant: 'sparsek cuda', figures: ['1.00 ms', '', '1.00x', '', 'ok'] },
      { contestant: 'two', figures: ['0.500 ms', '', '0.500x', '', 'WRONG'] },
      { contestant: 'one, three', skipped: 'has no such thing', figures: [] },
    ]);
  });

  it('become a Markdown table of the same figures', () => {
    expect(markdownTable(results).split('\n')).toEqual([
      '| case | contestant | time | useful rate | takes | of dense | check |',
      '| --- | --- | --- | --- | --- | --- | --- |',
      '| case 0 | sparsek cuda | 1.00 ms |  | 1.00x |  | ok |',
      '|  | two | 0.500 ms |  | 0.500x |  | WRONG |',
      '|  | one, three | skipped: has no such thing |  |  |  |  |',
    ]);
  });
});

describe('headlineParts', () => {
  const texts = (name: string, load?: number) => {
    const one = report([{ ...own, name }]);
    const machine = { ...one.machine, ...(load === undefined ? {} : { load }) };
    return headlineParts({ ...one, machine }).flatMap((part) => (part.kind === 'text' ? part.text : []));
  };

  it('says first that others used the processor, where that matters', () => {
    expect(texts('sparsek cpu', 14.72)).toEqual([
      expect.stringContaining('busy before the run (load 14.7 on 1 threads)'),
    ]);
    for (const quiet of [texts('sparsek cpu', 0.1), texts('sparsek cpu'), texts('sparsek cuda', 14)]) {
      expect(quiet).toEqual([]);
    }
  });
});
