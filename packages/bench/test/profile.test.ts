import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseNcuCsv } from '../src/profile/ncu-metrics.js';
import { profileCase } from '../src/profile/profile-case.js';
import { PROFILE_HEAD, profileRows } from '../src/profile/profile-rows.js';
import { spmmCase } from './cases.js';

const folder = mkdtempSync(join(tmpdir(), 'sparsek-ncu-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As Nsight Compute 2025.3 wrote it on an H200, with fewer columns. */
const STALL = (name: string) => `smsp__average_warps_issue_stalled_${name}_per_issue_active.ratio`;
const NAMES = [
  ...['ID', 'Kernel Name', 'gpu__time_duration.sum', 'lts__t_bytes.sum'],
  ...['dram__bytes_read.sum', 'dram__bytes_write.sum', 'sm__warps_active.avg.pct_of_peak_sustained_active'],
  'sm__pipe_tensor_cycles_active.avg.pct_of_peak_sustained_elapsed',
  ...['selected', 'barrier', 'long_scoreboard'].map(STALL),
];
const quoted = (cells: readonly string[]) => cells.map((cell) => `"${cell}"`).join(',');
const CSV = [
  '==PROF== Connected to process 1194',
  quoted(NAMES),
  quoted(NAMES.map(() => '')),
  quoted([
    '0',
    'a ""b"" kernel',
    '38,048',
    '1,048,576',
    '300,000',
    '100,000',
    '16.20',
    '47.16',
    '99',
    '6',
    '12',
  ]),
  quoted(['1', 'other', '500', '', '', '', '', '', '', '', '']),
].join('\n');

describe('parseNcuCsv', () => {
  it('reads the metrics and the main stall of every launch', () => {
    expect(parseNcuCsv(CSV)).toEqual([
      {
        kernel: 'a "b" kernel',
        microseconds: 38.048,
        tensorShare: expect.closeTo(0.4716, 12),
        l2Bytes: 1048576,
        memoryBytes: 400000,
        occupancy: expect.closeTo(0.162, 12),
        stall: { reason: 'long scoreboard', share: expect.closeTo(2 / 3, 12) },
      },
      { kernel: 'other', microseconds: 0.5 },
    ]);
    expect(parseNcuCsv('==ERROR== nothing')).toEqual([]);
  });
});

/** An "ncu" that writes the text to its --log-file. */
function fakeNcu(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(`${path}.csv`, text);
  const find = 'while [ "$1" != "--log-file" ]; do shift; done';
  writeFileSync(path, `#!/bin/sh\n${find}\ncp "${path}.csv" "$2"\n`, { mode: 0o755 });
  return path;
}

describe('profileCase', () => {
  const command = ['node', 'launch-once'] as const;

  it('gives the kernels against the fewest bytes of the case', async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('sparsek-profile-'));
    const profile = await profileCase(spmmCase, { command, ncu: fakeNcu('ncu', CSV) });
    if ('missing' in profile) throw new Error(profile.missing);
    const [row, other] = profileRows(profile.kernels, profile.work);
    expect(row).toHaveLength(PROFILE_HEAD.length);
    const bytes = 400000 / profile.work.bytes;
    expect(row).toEqual([
      ...['a "b" kernel', '38.05 µs', '47.2 %', '1.000 MiB', '0.3815 MiB', `${bytes.toPrecision(3)}x`],
      ...['16.2 %', 'long scoreboard (66.7 %)'],
    ]);
    expect(other).toEqual(['other', '0.5000 µs', '-', '-', '-', '-', '-', '-']);
    const after = readdirSync(tmpdir()).filter((name) => name.startsWith('sparsek-profile-'));
    expect(after).toEqual(before);
  });

  it('says why there is no profile', async () => {
    const none = await profileCase(spmmCase, { command, ncu: join(folder, 'no-such-ncu') });
    expect(none).toEqual({ missing: expect.stringMatching(/no-such-ncu .* is not on this machine/) });
    const denied = fakeNcu('denied', '==PROF== Connected\n==ERROR== ERR_NVGPUCTRPERM - no permission');
    const refused = await profileCase(spmmCase, { command, ncu: denied });
    expect(refused).toEqual({
      missing: expect.stringMatching(
        /saw no kernel: ERR_NVGPUCTRPERM - no permission \(reading .* needs root/,
      ),
    });
  });
});
