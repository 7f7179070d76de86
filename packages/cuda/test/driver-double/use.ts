import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { library } from './build.js';

/** See settings.h; each is set for one test. */
export interface DoubleSettings {
  readonly VERSION?: number;
  readonly DEVICES?: number;
  readonly CAPABILITY?: number;
  readonly MEMORY?: number;
  readonly FAIL?: string;
  readonly FAULT?: string;
  readonly DELAY_MS?: number;
}

export interface DriverDouble {
  set(settings: DoubleSettings): void;
  /** Lines of the calls since the last `forget`, all or those of one function. */
  calls(name?: string): readonly string[];
  forget(): void;
  /** Work that streams are given from now on waits until this is disposed, ten seconds at most. */
  hold(): Disposable;
  readonly folder: string;
}

/** What products of f16 need, with the bytes of each kernel's parameters. */
export const SPMM_KERNELS = {
  'spmm_wide_f16.cubin': '* 512',
  'spmm_narrow_f16.cubin': '* 64',
  'spmm_pack.cubin': '* 16',
  'spmm_reduce.cubin': '* 64',
  'spmm_portable.fatbin': '* 64',
} as const;

/** Gives every test of a file a driver double of its own, with default settings, and a folder of compiled "kernels". */
export function useDriverDouble(kernels: Readonly<Record<string, string>> = {}): DriverDouble {
  let folder = '';
  const log = () => join(folder, 'calls');
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sparsek-cuda-'));
    // A path of its own makes the package open the driver anew.
    const path = join(folder, 'libcuda.so.1');
    symlinkSync(library, path);
    process.env.SPARSEK_CUDA_DRIVER = path;
    process.env.FAKE_CUDA_LOG = log();
    process.env.SPARSEK_CUBINS = folder;
    writeFileSync(join(folder, 'manifest.json'), '{}');
    for (const [file, image] of Object.entries(kernels)) writeFileSync(join(folder, file), image);
  });
  afterEach(() => {
    for (const name of Object.keys(process.env)) if (name.startsWith('FAKE_CUDA_')) delete process.env[name];
    rmSync(folder, { recursive: true });
  });
  return {
    get folder() {
      return folder;
    },
    set(settings) {
      for (const [name, value] of Object.entries(settings)) process.env[`FAKE_CUDA_${name}`] = String(value);
    },
    calls(name) {
      const lines = existsSync(log()) ? readFileSync(log(), 'utf8').split('\n').filter(Boolean) : [];
      return name === undefined ? lines : lines.filter((line) => line.split(' ')[0] === name);
    },
    forget() {
      rmSync(log(), { force: true });
    },
    hold() {
      const file = join(folder, 'hold');
      writeFileSync(file, '');
      process.env.FAKE_CUDA_HOLD = file;
      return { [Symbol.dispose]: () => rmSync(file, { force: true }) };
    },
  };
}
