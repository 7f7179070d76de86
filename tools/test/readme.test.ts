import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { examplesIn } from '../config/examples.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sparsek-readme-'));
// Examples resolve the built packages, as a user's program does.
symlinkSync(join(root, 'tools/node_modules'), join(folder, 'node_modules'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const examples = examplesIn(readFileSync(join(root, 'README.md'), 'utf8'), 'js');

describe('README.md', () => {
  it('has examples', () => {
    expect(examples.length).toBeGreaterThan(3);
  });

  it.each(examples.map((code, index) => [index + 1, code] as const))('example %i runs', (index, code) => {
    const file = join(folder, `example-${index}.mjs`);
    writeFileSync(file, code);
    const output = execFileSync(process.execPath, [file], { cwd: folder, encoding: 'utf8' });
    expect(output.trim()).not.toBe('');
  });
});
