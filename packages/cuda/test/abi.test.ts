import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runCxx } from '../../../tools/config/cxx.js';

const folder = fileURLToPath(new URL('.', import.meta.url));
const include = [process.env.CUDA_HOME ?? '/usr/local/cuda', '/usr/local/cuda-13.0']
  .map((home) => join(home, 'include'))
  .find((path) => existsSync(join(path, 'cuda.h')));
if (include === undefined)
  console.log("The declarations are not compared with NVIDIA's headers: no CUDA toolkit is installed");

describe.skipIf(include === undefined)('declarations of the driver', () => {
  it('have the sizes, offsets and values of cuda.h', () => {
    const args = ['-std=c++17', '-fsyntax-only', `-I${include}`, join(folder, 'abi.cc')];
    expect(() => runCxx(args)).not.toThrow();
  });

  it('name functions that cuda.h knows', () => {
    const header = readFileSync(join(include!, 'cuda.h'), 'utf8');
    const table = readFileSync(join(folder, '../addon/driver/api.h'), 'utf8');
    const symbols = [...table.matchAll(/(?:NEED|MAY)\((cu\w+), (cu\w+),/g)].map((match) => match[2]!);
    expect(symbols.length).toBeGreaterThan(45);
    // A versioned symbol appears in the line that renames the plain one, or is the plain one.
    expect(symbols.filter((symbol) => !new RegExp(`\\b${symbol}\\b`).test(header))).toEqual([]);
    const renamed = [...header.matchAll(/#define (cu\w+)\s+(?:__CUDA_API_PT[DS]S?Z?\()?(cu\w+_v\d)\)?/g)];
    const newest = new Map(renamed.map((match) => [match[1]!, match[2]!]));
    const stale = symbols.filter((symbol) => newest.has(symbol));
    // The first version of this one takes the same arguments, and older drivers have no other.
    expect(stale).toEqual(['cuEventElapsedTime']);
  });
});

const nvtx = include !== undefined && existsSync(join(include, 'nvtx3/nvToolsExt.h'));

it.skipIf(!nvtx)('declarations of NVTX have the sizes, offsets and values of its headers', () => {
  const args = ['-std=c++17', '-fsyntax-only', `-I${include}`, join(folder, 'nvtx/abi.cc')];
  expect(() => runCxx(args)).not.toThrow();
});
