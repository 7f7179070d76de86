import type { Suite } from '../case/schema.js';

/** Where a suite is going to run; sizes that load a GPU would take the CPU hours. */
export type SuiteDevice = 'cpu' | 'gpu';

/** A suite in the sizes that suit a device. */
export type SuiteMaker = (device: SuiteDevice) => Suite;

export function percent(density: number): string {
  return `${Number((100 * density).toPrecision(3))} %`;
}
