import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const folder = fileURLToPath(new URL('.', import.meta.url));
const addon = join(folder, '../addon');
const cache = join(folder, '../.cache/attention-plan');
const SOURCES = [
  'ops/attention_plan.cc',
  'ops/attention_cost.cc',
  'ops/attention_split.cc',
  'ops/attention_portable.cc',
  'ops/attention_launch.cc',
  'ops/tensor_maps.cc',
  'runtime/launch.cc',
  'runtime/module_cache.cc',
  'driver/error.cc',
  'nvtx/injection.cc',
  'nvtx/range.cc',
];

it('split plans cover every block of every row once, in parts of equal length', () => {
  mkdirSync(cache, { recursive: true });
  const program = join(cache, 'check');
  const sources = [join(folder, 'attention-plan/check.cc'), ...SOURCES.map((file) => join(addon, file))];
  const flags = ['-std=c++17', '-O1', '-Wall', '-Wextra'];
  execFileSync(process.env.CXX ?? 'g++', [...flags, ...sources, '-o', program], { stdio: 'inherit' });
  expect(execFileSync(program, { encoding: 'utf8' })).toMatch(/^\d+ plans, [1-9]\d* split, [1-9]\d* rows\n$/);
}, 120_000);
