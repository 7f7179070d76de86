import { readFileSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Measures the resident memory of this process. */
export interface MemoryWatch {
  /** Forgets every peak so far. */
  begin(): Promise<void>;
  /** Most bytes resident since `begin`, beyond those when the watch was made. */
  peakBytes(): number;
}

/** Where Linux tells about a process and forgets its peak; see proc(5), "clear_refs" and "VmHWM". */
const STATUS = '/proc/self/status';
const FORGET = '/proc/self/clear_refs';

/** Starts from what is resident after a collection. Undefined where the system neither tells nor forgets a peak. */
export async function watchMemory(): Promise<MemoryWatch | undefined> {
  const start = await settledKibibytes();
  if (start === undefined || !forgetPeak() || readKibibytes('VmHWM') === undefined) return undefined;
  return {
    async begin() {
      await settledKibibytes();
      forgetPeak();
    },
    peakBytes: () => Math.max(0, (readKibibytes('VmHWM') ?? 0) - start) * 1024,
  };
}

/** Collections at most until memory stops shrinking. */
const COLLECTIONS = 20;
const PAUSE_MS = 10;
/** Shrinking by less is no reason to wait. */
const NEGLIGIBLE_KIBIBYTES = 256;

/** Memory in use after garbage is gone; arrays are freed by other threads, some time after the collection. */
async function settledKibibytes(): Promise<number | undefined> {
  let before = readKibibytes('VmRSS');
  let quiet = 0;
  for (let count = 0; before !== undefined && count < COLLECTIONS && quiet < 2; count++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    const now = readKibibytes('VmRSS') ?? before;
    quiet = before - now < NEGLIGIBLE_KIBIBYTES ? quiet + 1 : 0;
    before = now;
  }
  return before;
}

function readKibibytes(field: 'VmRSS' | 'VmHWM'): number | undefined {
  try {
    const found = new RegExp(`^${field}:\\s*(\\d+) kB$`, 'm').exec(readFileSync(STATUS, 'utf8'));
    return found ? Number(found[1]) : undefined;
  } catch {
    // No such file: not Linux.
    return undefined;
  }
}

function forgetPeak(): boolean {
  try {
    writeFileSync(FORGET, '5');
    return true;
  } catch {
    // A container may forbid it; then no peak is reported.
    return false;
  }
}

function collect(): void {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  if (typeof gc === 'function') gc();
}
