import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('.', import.meta.url));
const operations = join(folder, '../addon/ops');
const cache = join(folder, '../.cache/spmm-plan');
const PLANNER = ['spmm_plan.cc', 'spmm_groups.cc', 'spmm_schedule.cc', 'spmm_unions.cc'];

it('plans add every block of every row once, in order, and finish every tile once', () => {
  const present = readdirSync(operations);
  for (const file of PLANNER) expect(present).toContain(file);
  mkdirSync(cache, { recursive: true });
  const program = join(cache, 'check');
  const sources = [join(folder, 'spmm-plan/check.cc'), ...PLANNER.map((file) => join(operations, file))];
  execFileSync(
    process.env.CXX ?? 'g++',
    ['-std=c++17', '-O1', '-Wall', '-Wextra', ...sources, '-o', program],
    {
      stdio: 'inherit',
    },
  );
  expect(execFileSync(program, { encoding: 'utf8' })).toMatch(/^512 plans, \d+ split tiles\n$/);
}, 120_000);
