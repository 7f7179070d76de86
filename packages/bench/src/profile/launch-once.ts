import type { CudaDevice } from '@sparsek/cuda';
import { makeCaseData } from '../case/data.js';
import type { BenchCase } from '../case/schema.js';
import { launchCase } from '../runner/device-runs.js';
import { launchedLine } from './launched-line.js';

/**
 * Plans a case and launches it once, for a profiler that watches this process.
 *
 * @returns a line to print, from which `profileCase` in another process learns what the plan tells; undefined for a case
 *   that launches nothing on the device.
 */
export async function launchOnce(device: CudaDevice, benchCase: BenchCase): Promise<string | undefined> {
  const data = makeCaseData(benchCase);
  if (data.operation === 'convert') return undefined;
  return launchedLine(await launchCase(device, benchCase, data));
}
