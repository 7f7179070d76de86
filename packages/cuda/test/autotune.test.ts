import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomPattern } from '@sparsek/bsr';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { race } from '../src/autotune/measure.js';
import { randomBits } from '../src/autotune/random-bits.js';
import { createSession } from '../src/backend/session.js';
import { openCudaBackend, openDevice, planSpmmOnDevice, tuneSpmmOnDevice } from '../src/index.js';
import { SPMM_KERNELS, useDriverDouble } from './driver-double/use.js';

const double = useDriverDouble(SPMM_KERNELS);

const pattern = randomPattern({ shape: [512, 512], blockShape: [64, 64], density: 0.5, seed: 1 });
const problem = { pattern, dtype: 'f16', denseExtent: 512 } as const;

const warnings: string[] = [];
const record = () => {
  const folder = join(process.env.SPARSEK_CACHE!, 'autotune');
  const files = readdirSync(folder);
  expect(files).toHaveLength(1);
  return join(folder, files[0]!);
};

beforeEach(() => {
  process.env.SPARSEK_CACHE = join(double.folder, 'cache');
  warnings.length = 0;
  vi.spyOn(process, 'emitWarning').mockImplementation((warning) => void warnings.push(String(warning)));
});
afterEach(() => {
  delete process.env.SPARSEK_CACHE;
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe('the autotune', () => {
  it('measures once, and remembers', async () => {
    using backend = await openCudaBackend();
    using first = await backend.planSpmm(problem, { autotune: true });
    const names = new Set(double.calls('cuLaunchKernelEx').map((line) => line.split(' ')[1]));
    expect(names.size).toBeGreaterThan(2);
    const written = JSON.parse(readFileSync(record(), 'utf8'));
    expect(written.key).toMatchObject({
      operation: 'spmm',
      dtype: 'f16',
      blockShape: '64x64',
      columnMajor: false,
    });
    expect(Object.keys(written.measured)).toContain(written.candidate);
    double.forget();
    using second = await backend.planSpmm(problem, { autotune: true });
    expect(double.calls('cuLaunchKernelEx')).toEqual([]);
    expect(second.kernel).toBe(first.kernel);
    expect(warnings).toEqual([]);
  });

  it('takes what is remembered', async () => {
    using device = openDevice();
    await tuneSpmmOnDevice(device, problem);
    const path = record();
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), candidate: 'portable' }));
    const candidate = await tuneSpmmOnDevice(device, problem);
    expect(candidate).toBe('portable');
    using plan = planSpmmOnDevice(device, { ...problem, candidate });
    expect(plan.kernel).toBe('sparsek_portable_f16');
    expect(() => planSpmmOnDevice(device, { ...problem, candidate: 'best' })).toThrow(
      /name of a plan.*'best'/,
    );
  });

  it('is not asked by default', async () => {
    using backend = await openCudaBackend();
    using plan = await backend.planSpmm(problem);
    expect(plan.kernel).toMatch(/^sparsek_wide_64x64_n_/);
    expect(double.calls('cuLaunchKernelEx')).toEqual([]);
    expect(() => record()).toThrow('ENOENT');
  });

  it('measures again where a record is damaged or of an unknown candidate, and says so of damage', async () => {
    using device = openDevice();
    await tuneSpmmOnDevice(device, problem);
    for (const [text, warned] of [
      ['{"candidate":', 1],
      ['[]', 1],
      ['{"candidate":"portable","measured":{"portable":"1"}}', 1],
      ['{"candidate":"bygone","measured":{}}', 0],
    ] as const) {
      writeFileSync(record(), text);
      double.forget();
      warnings.length = 0;
      await tuneSpmmOnDevice(device, problem);
      expect(double.calls('cuLaunchKernelEx')).not.toEqual([]);
      expect(warnings).toHaveLength(warned);
      for (const warning of warnings)
        expect(warning).toMatch(/autotune record .* is damaged; .* measured again/);
      expect(JSON.parse(readFileSync(record(), 'utf8')).candidate).not.toBe('bygone');
    }
  });

  it('goes on without a place to remember', async () => {
    writeFileSync(process.env.SPARSEK_CACHE!, 'a file');
    using device = openDevice();
    expect(await tuneSpmmOnDevice(device, problem)).toMatch(/\w/);
    expect(warnings.at(-1)).toMatch(/cannot be written/);
  });

  it('frees what it used, and stops when told', async () => {
    using device = openDevice();
    await tuneSpmmOnDevice(device, problem);
    expect(device.memory().pool.used).toBe(0);
    const other = { ...problem, denseExtent: 4096 };
    await expect(tuneSpmmOnDevice(device, other, { signal: AbortSignal.abort() })).rejects.toThrow('abort');
    expect(device.memory().pool.used).toBe(0);
  });

  it('measures nothing where the portable kernel is asked for, and remembers nothing', async () => {
    vi.stubEnv('SPARSEK_CUDA_KERNELS', 'portable');
    using backend = await openCudaBackend();
    using plan = await backend.planSpmm(problem, { autotune: true });
    expect(plan.kernel).toBe('sparsek_portable_f16');
    using device = openDevice();
    expect(await tuneSpmmOnDevice(device, problem)).toBe('portable');
    expect(double.calls('cuLaunchKernelEx')).toEqual([]);
    expect(() => record()).toThrow('ENOENT');
  });

  it('has nothing to choose for an empty product', async () => {
    using device = openDevice();
    expect(await tuneSpmmOnDevice(device, { ...problem, denseExtent: 0 })).toBe('model');
    expect(double.calls('cuLaunchKernelEx')).toEqual([]);
  });
});

describe('a race', () => {
  it('gives the hopeless one launch only, and finds the fastest', async () => {
    using device = openDevice();
    const counts = { quick: 0, slow: 0 };
    const contender = (name: keyof typeof counts, copies: number) => ({
      name,
      launch() {
        counts[name] += 1;
        for (let i = 0; i < copies; i += 1) device.stream.fill(memory, 0);
      },
    });
    using memory = device.allocate(1 << 22);
    const times = await race(createSession(device), [contender('quick', 1), contender('slow', 40)]);
    expect([...times.keys()]).toEqual(['quick']);
    expect(counts.slow).toBe(2);
  });

  it('runs over finite numbers of magnitude 1 to 2', () => {
    const f32 = new Float32Array(randomBits('f32', 4096).buffer);
    for (const value of f32) expect(Math.abs(value) >= 1 && Math.abs(value) < 2).toBe(true);
    expect(new Set(f32).size).toBeGreaterThan(1000);
    for (const word of randomBits('f16', 4096)) expect(word & 0x7c00).toBe(0x3c00);
    for (const word of randomBits('bf16', 4096)) expect(word & 0x7f80).toBe(0x3f80);
    expect(randomBits('bf16', 6)).toHaveLength(3);
    expect(randomBits('f16', 4096)).toEqual(randomBits('f16', 4096));
  });
});
