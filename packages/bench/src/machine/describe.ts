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
