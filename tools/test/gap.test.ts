import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../gap', import.meta.url));
const python = spawnSync('python3', ['--version']);
const missing = python.status === 0 ? undefined : 'no python3';
if (missing !== undefined) console.warn(`skipped: tools/gap: ${missing}`);

describe.skipIf(missing !== undefined)('tools/gap', () => {
  it('passes its own tests', () => {
    const { status, stderr } = spawnSync('python3', ['-B', '-m', 'unittest', '-v'], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(stderr).toMatch(/\nRan [1-9]\d* tests? in .*\n\nOK/);
    expect(status).toBe(0);
  });
});
