import type { CudaDevice } from '@sparsek/cuda';
import { makeCaseData } from '../case/data.js';
import type { BenchCase } from '../case/schema.js';
import { launchCase } from '../runner/device-runs.js';

/**
 * Plans a case and launches it once, for a profiler that watches this process.
 *
 * @returns undefined for a case that launches nothing on the device.
 */
export async function launchOnce(device: CudaDevice, benchCase: BenchCase): Promise<string | undefined> {
  const data = makeCaseData(benchCase);
  return data.operation === 'convert' ? undefined : launchCase(device, benchCase, data);
}
