import { expect, it } from 'vitest';
import { findAddon } from '../src/native/load.js';
import { SPMM_KERNELS, useDriverDouble } from './driver-double/use.js';

const double = useDriverDouble(SPMM_KERNELS);

const F32 = 0;

it('the portable kernel takes more columns than one grid has panels, a part after the other', () => {
  const addon = findAddon();
  if (!addon.found) throw new Error(addon.reason);
  const { binding } = addon;
  binding.load(process.env.SPARSEK_CUDA_DRIVER!);
  const device = binding.openDevice(0, double.folder);
  const stream = binding.createStream(device, 0);
  const columns = 65535 * 64 + 100;
  const pattern = [16, 16, 16, 16, Int32Array.of(0, 1), Int32Array.of(0)] as const;
  const { plan } = binding.planSpmm(stream, ...pattern, F32, columns, 1, false, false, 'model');
  double.forget();
  const [values, b, out, none] = [0x1000n, 0x2000n, 0x3000n, 0n];
  binding.runSpmm(plan, stream, values, none, b, out, none, none, columns, columns, F32, false, 1, 0, 0);
  const grids = double.calls('cuLaunchKernelEx').map((line) => / grid (\S+)/.exec(line)?.[1]);
  expect(grids).toEqual(['1,65535,1', '1,2,1']);
});
