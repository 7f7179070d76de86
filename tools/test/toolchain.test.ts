import { afterEach, describe, expect, it, vi } from 'vitest';
import { whyNotForRelease } from '../config/release-toolchain.js';
import { warnWithoutCompiler } from '../tasks/exec.mjs';
import { findCompiler } from '../toolchain.mjs';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

it('a compiler that does not start is named before anything is built without it', () => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  vi.stubEnv('CXX', '/nowhere/g++ -m64');
  expect(findCompiler()).toBeUndefined();
  warnWithoutCompiler();
  expect(said.mock.calls.join('\n')).toMatch(
    /cannot be built: the compiler that CXX names, \/nowhere\/g\+\+ -m64, does not start/,
  );
});

it('the compiler takes arguments along', () => {
  expect(findCompiler({ CXX: `${process.execPath} --no-warnings` })).toMatchObject({
    command: process.execPath,
    args: ['--no-warnings'],
  });
});

describe('addons for older systems', () => {
  const GCC = 'g++ (Debian 12.2.0-14+deb12u1) 12.2.0';
  const built = (glibc: string | null, cxx: string | null) => ({
    platform: 'linux',
    arch: 'x64',
    glibc,
    cxx,
  });

  it('come from the compilers and libraries that are known', () => {
    expect(whyNotForRelease(built('2.36', GCC))).toBeUndefined();
    expect(whyNotForRelease(built('2.28', 'g++ (GCC) 8.5.0 20210514'))).toBeUndefined();
  });

  it.each([
    ['2.39', GCC, /this is glibc 2\.39$/],
    [null, GCC, /another C library$/],
    ['2.36', 'g++-13 (Ubuntu 13.2.0-23ubuntu4) 13.2.0', /this is g\+\+-13 /],
    ['2.36', 'Debian clang version 14.0.6', /this is Debian clang/],
    ['2.36', null, /this is no compiler$/],
  ] as const)('do not come from others: glibc %s, %s', (glibc, cxx, reason) => {
    expect(whyNotForRelease(built(glibc, cxx))).toMatch(reason);
  });
});
