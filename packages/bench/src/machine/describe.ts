import { availableParallelism, cpus, loadavg, type as osType, release, totalmem } from 'node:os';

/** What a reader needs to judge a figure by. */
export interface MachineDescription {
  readonly cpu: string;
  /** Hardware threads this process may use. */
  readonly threads: number;
  readonly memoryBytes: number;
  /** Programs that wanted to run over the last minute, on average; nothing but 0 where the system does not count. */
  readonly load: number;
  readonly os: string;
  readonly node: string;
  readonly date: string;
}

export function describeMachine(): MachineDescription {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    threads: availableParallelism(),
    memoryBytes: totalmem(),
    load: loadavg()[0] ?? 0,
    os: `${osType()} ${release()}`,
    node: process.version,
    date: new Date().toISOString(),
  };
}

/** Programs that want to run, for each thread, from which on they take times from each other. */
const BUSY = 0.75;

/** Whether others used the processor too, so that times on it may be far off. */
export function isBusy({
  load = 0,
  threads,
}: {
  readonly load?: number | undefined;
  readonly threads: number;
}): boolean {
  return load > BUSY * threads;
}
