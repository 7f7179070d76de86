import type { ChildProcess } from 'node:child_process';

/**
 * Sends a signal to a child that was started. Where it could not be, `kill` before the 'error' event signals whatever
 * number libuv's unset pid holds (seen with Node 20.20): another process, or for 0 the whole process group.
 */
export function endProcess(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): void {
  if (child.pid !== undefined) child.kill(signal);
}
