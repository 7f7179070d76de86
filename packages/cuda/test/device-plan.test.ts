import { randomPattern } from '@sparsek/bsr';
import { expect, it } from 'vitest';
import { nativeSpmm } from '../src/autotune/spmm.js';
import { deviceState, streamState } from '../src/device/state.js';
import { openDevice, planSpmmOnDevice } from '../src/index.js';
import { useDriverDouble } from './driver-double/use.js';

const double = useDriverDouble({ 'spmm_match.cubin': '* 56' });

const square = (side: number) =>
  randomPattern({ shape: [side, side], blockShape: [16, 16], density: 0.1, seed: 1 });
const launches = () => double.calls('cuLaunchKernelEx').map((line) => line.split(' parameter ')[0]);

it('small patterns are grouped by the host', () => {
  using device = openDevice();
  using plan = planSpmmOnDevice(device, { pattern: square(2048), dtype: 'f16', denseExtent: 128 });
  expect(plan.kernel).toMatch(/^sparsek_narrow_k16/);
  expect(launches()).toEqual([]);
});

it('the device is given a level at a time, and what it says is not taken on trust', () => {
  using device = openDevice();
  const problem = { pattern: square(8192), dtype: 'f16', denseExtent: 128 } as const;
  // The double runs no kernels, so that no row has a partner.
  expect(() => planSpmmOnDevice(device, problem)).toThrow('The GPU matched block rows wrongly');
  const level = (squares: number) => [
    `cuLaunchKernelEx sparsek_rank_pairs grid ${squares},${squares},1 block 256,1,1 shared 0`,
    'cuLaunchKernelEx sparsek_match_window grid 1,1,1 block 1024,1,1 shared 0',
  ];
  expect(launches()).toEqual([16, 8, 4, 2].flatMap(level));
  expect(device.memory().pool.used).toBe(0);
});

it('the host groups every row once, alike every time', () => {
  using device = openDevice();
  const pattern = square(1000);
  const problem = nativeSpmm({ pattern, dtype: 'f16', denseExtent: 64, columnMajor: false });
  const group = () =>
    deviceState(device).binding.groupBlockRows(streamState(device.stream).handle, ...problem, 16, false);
  const rows = [...group()];
  expect(rows).toHaveLength(64);
  expect(rows.filter((row) => row >= 0).sort((x, y) => x - y)).toEqual(
    Array.from({ length: 63 }, (_, i) => i),
  );
  expect([...group()]).toEqual(rows);
});
