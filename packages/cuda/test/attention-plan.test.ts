import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runCxx } from '../../../tools/config/cxx.js';

const folder = fileURLToPath(new URL('.', import.meta.url));
const addon = join(folder, '../addon');
const cache = join(folder, '../.cache/attention-plan');
const SOURCES = [
  'attention_plan.cc',
  'attention_check.cc',
  'attention_cost.cc',
  'attention_split.cc',
  'attention_portable_kernel.cc',
];

/** What a program over the planner prints. */
function run(name: string): string {
  mkdirSync(cache, { recursive: true });
  const program = join(cache, name);
  const sources = [
    join(folder, `attention-plan/${name}.cc`),
    ...SOURCES.map((file) => join(addon, 'ops', file)),
  ];
  const flags = ['-std=c++17', '-O1', '-Wall', '-Wextra'];
  runCxx([...flags, ...sources, '-o', program]);
  return execFileSync(program, { encoding: 'utf8' });
}

it('split plans cover every block of every row once, in parts of equal length', () => {
  expect(run('check')).toMatch(/^\d+ plans, [1-9]\d* split, [1-9]\d* rows\n$/);
}, 120_000);

it('refuses what is malformed, and says what it received', () => {
  expect(run('refusals')).toBe('15 refused\n');
}, 120_000);
