import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { whyNotForRelease } from '../../../tools/config/release-toolchain.js';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

const reason = whyNotForRelease();
if (reason !== undefined) console.warn(`skipped: the addon on older systems: ${reason}`);

it.skipIf(reason !== undefined)(
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
