import type { LaunchedCase } from '../runner/device-runs.js';

/** Begins the line, so that it is found among whatever else a program prints. */
const MARK = 'sparsek launched ';

/** What a plan tells, as a line for another process. */
export function launchedLine({ l2Bytes }: LaunchedCase): string {
  return `${MARK}${JSON.stringify({ l2Bytes })}`;
}

/** Bytes that the plan counts through the L2 cache, from what the process printed; undefined where it told none. */
export function launchedL2Bytes(printed: string): number | undefined {
  const line = printed.split('\n').find((text) => text.startsWith(MARK));
  const { l2Bytes } = line === undefined ? { l2Bytes: 0 } : JSON.parse(line.slice(MARK.length));
  return typeof l2Bytes === 'number' && l2Bytes > 0 ? l2Bytes : undefined;
}
