import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

it.runIf(process.platform === 'linux' && process.arch === 'x64')(
  'the addon needs no newer C or C++ library than the oldest supported system has',
  () => {
    const addon = path('../platforms/linux-x64-gnu/sparsek_cuda.node');
    const output = execFileSync(process.execPath, [path('../../../tools/check-glibc.mjs'), addon], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
    expect(output).toContain('runs from');
  },
);
