import { afterEach, expect, it, vi } from 'vitest';
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
