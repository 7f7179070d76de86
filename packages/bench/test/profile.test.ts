import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { launchedLine } from '../src/profile/launched-line.js';
import { parseNcuCsv } from '../src/profile/ncu-metrics.js';
import { profileCase } from '../src/profile/profile-case.js';
import { PROFILE_HEAD, profileRows } from '../src/profile/profile-rows.js';
import { attentionCase, convertCase, spmmCase } from './cases.js';

const folder = mkdtempSync(join(tmpdir(), 'sparsek-ncu-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

/** As Nsight Compute 2025.3 wrote it on an H200, with fewer columns. */
const STALL = (name: string) => `smsp__average_warps_issue_stalled_${name}_per_issue_active.ratio`;
const RANGES = 'thread Domain:Push/Pop_Range:PL_Type:PL_Value:CLR_Type:Color:Msg_Type:Msg';
const NAMES = [
  ...['ID', RANGES, 'Kernel Name', 'gpu__time_duration.sum', 'lts__t_bytes.sum'],
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
    '1194  ""<default domain>:mine: 100 %:none:none:none:none:none:none""  ""<default domain>:sparsek.spmm:none:none:none:none:none:none"" ',
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
  quoted(['1', '', 'other', '500', '', '', '', '', '', '', '', '']),
].join('\n');

describe('parseNcuCsv', () => {
  it('reads the metrics and the main stall of every launch', () => {
    expect(parseNcuCsv(CSV)).toEqual([
      {
        kernel: 'a "b" kernel',
        range: 'mine: 100 % > sparsek.spmm',
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

/** An "ncu" that writes the text to its --log-file, prints another, and keeps its arguments for `argumentsOf`. */
function fakeNcu(name: string, text: string, printed = ''): string {
  const path = join(folder, name);
  writeFileSync(`${path}.csv`, text);
  writeFileSync(`${path}.out`, printed);
  const keep = `for word; do printf '%s\\n' "$word"; done > "${path}.arguments"`;
  const find = 'while [ "$1" != "--log-file" ]; do shift; done';
  const script = `#!/bin/sh\n${keep}\n${find}\ncp "${path}.csv" "$2"\ncat "${path}.out"\n`;
  writeFileSync(path, script, { mode: 0o755 });
  return path;
}

/** What the program prints, among other lines. */
const PRINTED = `loading\n${launchedLine({ kernel: 'k', l2Bytes: 838860.8 })}\nbye\n`;

const argumentsOf = (ncu: string) => readFileSync(`${ncu}.arguments`, 'utf8').trimEnd().split('\n');

describe('profileCase', () => {
  const command = ['node', 'launch-once'] as const;

  it('gives the kernels against the fewest bytes of the case', async () => {
    const temporary = mkdtempSync(join(folder, 'tmp-'));
    vi.stubEnv('TMPDIR', temporary);
    const profile = await profileCase(spmmCase, { command, ncu: fakeNcu('ncu', CSV, PRINTED) });
    if ('missing' in profile) throw new Error(profile.missing);
    const [row, other, both] = profileRows(profile);
    expect(row).toHaveLength(PROFILE_HEAD.length);
    const memory = `${(400000 / profile.work.bytes).toPrecision(3)}x`;
    expect(row).toEqual([
      ...['a "b" kernel', 'mine: 100 % > sparsek.spmm', '38.05 µs', '47.2 %'],
      ...['1.000 MiB', '1.25x', '0.3815 MiB', memory],
      ...['16.2 %', 'long scoreboard (66.7 %)'],
    ]);
    expect(other).toEqual(['other', '-', '0.5000 µs', '-', '-', '-', '-', '-', '-', '-']);
    // The other kernel's bytes are not known, so that there is no sum of them.
    expect(both).toEqual(['together', '-', '38.55 µs', '-', '-', '-', '-', '-', '-', '-']);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('says so where no temporary files can be written', async () => {
    vi.stubEnv('TMPDIR', '/no-such-folder');
    expect(await profileCase(spmmCase, { command, ncu: 'ncu' })).toEqual({
      missing: 'no folder can be made for temporary files in /no-such-folder',
    });
  });

  it.each([spmmCase, attentionCase])('asks for the kernels of $operation alone', async (benchCase) => {
    const ncu = fakeNcu(`ncu-${benchCase.operation}`, CSV);
    await profileCase(benchCase, { command, ncu });
    const given = argumentsOf(ncu);
    const choice = given.indexOf('--nvtx-include');
    expect(given[choice + 1]).toBe(`sparsek.${benchCase.operation}/`);
    expect(given.slice(0, choice)).toContain('--nvtx');
    for (const option of ['--csv', '--clock-control', '--metrics']) expect(given).toContain(option);
    // Everything behind the options is the program.
    expect(given.slice(-3)).toEqual([expect.stringMatching(/ncu\.csv$/), ...command]);
  });

  it('sums up what several kernels moved, and knows no plan that told nothing', () => {
    const kernels = [
      { kernel: 'a', microseconds: 1, l2Bytes: 2 ** 20, memoryBytes: 2 ** 19 },
      { kernel: 'b', microseconds: 2, l2Bytes: 2 ** 21, memoryBytes: 2 ** 19 },
    ];
    const work = { density: 1, usefulFlops: 1, denseFlops: 1, bytes: 2 ** 19 };
    const all = ['together', '-', '3.000 µs', '-', '3.000 MiB', '-', '1.000 MiB', '2.00x', '-', '-'];
    expect(profileRows({ kernels, work }).at(-1)).toEqual(all);
    expect(profileRows({ kernels: kernels.slice(0, 1), work })).toHaveLength(1);
  });

  it('draws no data: that is for the process that launches', async () => {
    // Of a size that no memory holds.
    const wide = { ...spmmCase, n: 2 ** 44 };
    const profile = await profileCase(wide, { command, ncu: fakeNcu('ncu-wide', CSV) });
    expect(profile).toMatchObject({ work: { bytes: expect.any(Number) } });
  });

  it('says why there is no profile', async () => {
    expect(await profileCase(convertCase, { command, ncu: fakeNcu('unused', CSV) })).toEqual({
      missing: 'a conversion launches nothing on the GPU',
    });
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

  it('passes on what the program said at its end, or else what Nsight Compute said', async () => {
    const log = '==PROF== Connected\n==ERROR== The application returned an error code (3).';
    const failed = fakeNcu('failed', log, 'starting\nsparsek: no driver was found\n');
    expect(await profileCase(spmmCase, { command, ncu: failed })).toEqual({
      missing: 'Nsight Compute saw no kernel: sparsek: no driver was found',
    });
    const nothing = fakeNcu('nothing', '==PROF== Connected\n==WARNING== No kernels were profiled.\n');
    expect(await profileCase(spmmCase, { command, ncu: nothing })).toEqual({
      missing: 'Nsight Compute saw no kernel: No kernels were profiled.',
    });
  });
});
