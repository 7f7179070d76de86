import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('../../../tools/build-native.mjs', import.meta.url));

function build(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const { status, stderr } = spawnSync(process.execPath, [script, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  return { status, stderr };
}

describe('building the addon from source', () => {
  it('is skipped, with the reason, where there is no compiler', () => {
    expect(build(['cpu'], { CXX: '/nowhere/g++' })).toEqual({
      status: 0,
      stderr: 'The cpu addon is not built: the compiler that CXX names, /nowhere/g++, does not start\n',
    });
    const { status, stderr } = build(['cpu'], { CXX: '', PATH: '/nowhere' });
    expect(stderr).toContain('no C++ compiler was found (g++, c++ or clang++ on PATH');
    expect(status).toBe(0);
  });

  it("is skipped for another machine's package", () => {
    const { status, stderr } = build(['cpu', '--package', 'plan9-mips']);
    expect(stderr).toMatch(/^The cpu addon is not built: this machine is .+, not plan9-mips\n$/);
    expect(status).toBe(0);
  });

  it('refuses names that it does not know', () => {
    expect(build(['gpu']).status).toBe(2);
    expect(build(['cpu', '--pakage', 'x']).status).toBe(2);
  });
});
