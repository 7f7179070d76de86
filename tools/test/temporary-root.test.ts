import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { setup } from '../config/temporary-root.js';

it('tests have a temporary folder of their own run', () => {
  expect(basename(tmpdir())).toMatch(/^sparsek-tests-/);
});

it('the folder goes at the end with what was left in it, and the variables are as before', () => {
  const before = tmpdir();
  const remove = setup();
  const folder = tmpdir();
  expect(dirname(folder)).toBe(before);
  writeFileSync(join(mkdtempSync(join(folder, 'forgotten-')), 'file'), 'text');
  remove();
  expect(existsSync(folder)).toBe(false);
  expect(tmpdir()).toBe(before);
});
