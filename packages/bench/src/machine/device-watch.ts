import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { median } from 'simple-statistics';
import type { DeviceState } from '../report/schema.js';
import { endProcess } from './end-process.js';

/** Notes what a device does between `begin` and `end`. */
export interface DeviceWatch extends AsyncDisposable {
  begin(): void;
  /** Undefined when nothing was heard in between. */
  end(): DeviceState | undefined;
}

const FIELDS = [
  'clocks.sm',
  'clocks.mem',
  'power.draw',
  'temperature.gpu',
  'clocks_event_reasons.active',
] as const;
const PERIOD_MS = 100;

interface Sample {
  readonly clockMhz: number;
  readonly memoryClockMhz: number;
  readonly watts: number;
  readonly celsius: number;
  readonly reasons: bigint;
}

/**
 * Bits of `clocks_event_reasons.active` that mean slower clocks under load, by nvml.h ("nvmlClocksEventReasons"). Idle
 * (0x1) and clocks set by somebody (0x2, 0x10, 0x100) are no sign of a limit.
 */
const REASONS: readonly (readonly [bigint, string])[] = [
  [0x4n, 'power cap'],
  [0x8n, 'hardware slowdown'],
  [0x20n, 'thermal slowdown'],
  [0x40n, 'hardware thermal slowdown'],
  [0x80n, 'hardware power brake'],
];

/** Listens to nvidia-smi, a few times a second. Where there is none, nothing is ever heard. */
export function watchDevice(ordinalOrUuid: string, program = 'nvidia-smi'): DeviceWatch {
  const query = [`--id=${ordinalOrUuid}`, `--query-gpu=${FIELDS}`, '--format=csv,noheader,nounits'];
  const child = spawn(program, [...query, `--loop-ms=${PERIOD_MS}`], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise<void>((resolve) => {
    child.on('error', () => resolve());
    child.on('close', () => resolve());
  });
  let samples: Sample[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    const sample = parseSample(line);
    if (sample) samples.push(sample);
  });
  return {
    begin() {
      samples = [];
    },
    end: () => summariseSamples(samples),
    async [Symbol.asyncDispose]() {
      endProcess(child);
      await ended;
    },
  };
}

/** One line of nvidia-smi, such as "1980, 3201, 412.50, 51, 0x0000000000000004". */
export function parseSample(line: string): Sample | undefined {
  const fields = line.split(',').map((field) => field.trim());
  const [clockMhz, memoryClockMhz, watts, celsius] = fields.slice(0, 4).map(Number);
  const reasons = fields[4] ?? '';
  if (clockMhz === undefined || !Number.isFinite(clockMhz)) return undefined;
  return {
    clockMhz,
    memoryClockMhz: memoryClockMhz ?? Number.NaN,
    watts: watts ?? Number.NaN,
    celsius: celsius ?? Number.NaN,
    reasons: /^0x[0-9a-f]+$/i.test(reasons) ? BigInt(reasons) : 0n,
  };
}

export function summariseSamples(samples: readonly Sample[]): DeviceState | undefined {
  if (samples.length === 0) return undefined;
  const clocks = samples.map(({ clockMhz }) => clockMhz);
  const finite = (values: readonly number[]) => values.filter(Number.isFinite);
  const most = (values: readonly number[]) => Math.max(...finite(values));
  const reasons = samples.reduce((all, sample) => all | sample.reasons, 0n);
  return {
    samples: samples.length,
    clockMhz: { median: median(clocks), min: Math.min(...clocks), max: Math.max(...clocks) },
    ...optional('memoryClockMhz', most(samples.map(({ memoryClockMhz }) => memoryClockMhz))),
    ...optional('watts', most(samples.map(({ watts }) => watts))),
    ...optional('celsius', most(samples.map(({ celsius }) => celsius))),
    throttled: REASONS.filter(([bit]) => (reasons & bit) !== 0n).map(([, name]) => name),
  };
}

/** What a device does not tell is left out. */
function optional<Key extends string>(key: Key, value: number): Partial<Record<Key, number>> {
  return Number.isFinite(value) ? ({ [key]: value } as Record<Key, number>) : {};
}
