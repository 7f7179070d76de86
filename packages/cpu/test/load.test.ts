import { describe, expect, it } from 'vitest';
import { loadFirst } from '../src/load-addon.js';
import { currentTarget } from '../src/native/target.js';

const failing = (place: string, message: string) => ({
  place,
  open: () => {
    throw new Error(message);
  },
});

describe('loading the addon', () => {
  it('names this machine as platform packages are named', () => {
    expect(currentTarget()).toMatch(/^(linux-(x64|arm64)-(gnu|musl)|(darwin|win32)-(x64|arm64))$/);
  });

  it('takes the first candidate that loads', () => {
    const addon = { interfaceVersion: 2 };
    const result = loadFirst('linux-x64-gnu', [failing('a', 'gone'), { place: 'b', open: () => addon }]);
    expect(result.addon).toBe(addon);
  });

  it('names every place with its reason, and the command that installs the missing package', () => {
    const result = loadFirst('linux-x64-gnu', [
      failing(
        '@sparsek/cpu-linux-x64-gnu',
        "Cannot find module '@sparsek/cpu-linux-x64-gnu'\nRequire stack: x",
      ),
      failing('native/sparsek_cpu.node', 'Cannot find module native'),
    ]);
    expect(result).toEqual({ reason: expect.any(String) });
    const { reason } = result as { reason: string };
    expect(reason).toContain(
      "- @sparsek/cpu-linux-x64-gnu: Cannot find module '@sparsek/cpu-linux-x64-gnu'\n",
    );
    expect(reason).toContain('- native/sparsek_cpu.node: Cannot find module native');
    expect(reason).toContain('npm install @sparsek/cpu-linux-x64-gnu');
    expect(reason).toContain('--omit=optional');
  });

  it('blames an old C library, not the installation, when that is the cause', () => {
    const cause = "/lib/libm.so.6: version `GLIBC_2.28' not found (required by sparsek_cpu.node)";
    const { reason } = loadFirst('linux-x64-gnu', [failing('a', cause)]) as { reason: string };
    expect(reason).toContain('glibc 2.28 is needed');
    expect(reason).not.toContain('npm install');
  });

  it('refuses an addon of another version', () => {
    const old = { place: 'a', open: () => ({ interfaceVersion: 0 }) };
    const { reason } = loadFirst('linux-x64-gnu', [old]) as { reason: string };
    expect(reason).toContain('a: it has interface 0 but this package needs 2');
  });

  it('tells how to build from source where nothing is prebuilt', () => {
    const { reason } = loadFirst('linux-arm64-musl', [failing('a', 'not published')]) as { reason: string };
    expect(reason).toContain('node tools/build-native.mjs cpu');
  });

  it('does not send anybody on Windows to a build that there is not', () => {
    const { reason } = loadFirst('win32-x64', [failing('a', 'not published')]) as { reason: string };
    expect(reason).toContain('no build for Windows');
    expect(reason).not.toContain('build-native');
  });
});
