import { availableParallelism, cpus, type as osType, release, totalmem } from 'node:os';

/** What a reader needs to judge a figure by. */
export interface MachineDescription {
  readonly cpu: string;
  /** Hardware threads this process may use. */
  readonly threads: number;
  readonly memoryBytes: number;
  readonly os: string;
  readonly node: string;
  readonly date: string;
}

export function describeMachine(): MachineDescription {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    threads: availableParallelism(),
    memoryBytes: totalmem(),
    os: `${osType()} ${release()}`,
    node: process.version,
    date: new Date().toISOString(),
  };
}
