import { readFileSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Measures the resident memory of this process. */
export interface MemoryWatch {
  /** Forgets every peak so far. */
  begin(): void;
  /** Most bytes resident since `begin`, beyond those when the watch was made. */
  peakBytes(): number;
}

/** Where Linux tells about a process and forgets its peak; see proc(5), "clear_refs" and "VmHWM". */
const STATUS = '/proc/self/status';
const FORGET = '/proc/self/clear_refs';

/** Starts from what is resident after a collection. Undefined where the system neither tells nor forgets a peak. */
export function watchMemory(): MemoryWatch | undefined {
  collect();
  const start = readKibibytes('VmRSS');
  if (start === undefined || !forgetPeak() || readKibibytes('VmHWM') === undefined) return undefined;
  return {
    begin() {
      collect();
      forgetPeak();
    },
    peakBytes: () => Math.max(0, (readKibibytes('VmHWM') ?? 0) - start) * 1024,
  };
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

/** Arrays of the case before would count as memory in use until they are collected. */
function collect(): void {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  if (typeof gc === 'function') gc();
}
