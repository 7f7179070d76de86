import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runCxx } from '../../../tools/config/cxx.js';

const folder = fileURLToPath(new URL('.', import.meta.url));
const operations = join(folder, '../addon/ops');
const cache = join(folder, '../.cache/spmm-plan');
const PLANNER = [
  'spmm_plan.cc',
  'spmm_groups.cc',
  'spmm_schedule.cc',
  'spmm_unions.cc',
  'skinny_plan.cc',
  'traffic.cc',
];

/** Compiles and runs a program of the folder spmm-plan; what it prints. */
function outputOf(name: string, planner: readonly string[]): string {
  const present = readdirSync(operations);
  for (const file of planner) expect(present).toContain(file);
  mkdirSync(cache, { recursive: true });
  const program = join(cache, name);
  const sources = [join(folder, `spmm-plan/${name}.cc`), ...planner.map((file) => join(operations, file))];
  const flags = ['-std=c++17', '-O1', '-Wall', '-Wextra'];
  runCxx([...flags, ...sources, '-o', program]);
  return execFileSync(program, { encoding: 'utf8' });
}

it('plans add every block of every row once, in order, and finish every tile once', () => {
  expect(outputOf('check', PLANNER)).toMatch(/^1025 plans, \d+ split tiles\n$/);
}, 120_000);

it('rows are matched greedily, and the rounds of the device find the same pairs', () => {
  expect(outputOf('groups', ['spmm_groups.cc'])).toMatch(/^128 cases, at most \d+ rounds\n$/);
}, 120_000);
