import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCxx } from '../../../../tools/config/cxx.js';

const sources = fileURLToPath(new URL('.', import.meta.url));
export const cache: string = fileURLToPath(new URL('../../.cache/driver-double', import.meta.url));
export const library: string = join(cache, 'libcuda.so.1');

/** Vitest's global set-up: compiles the double unless it is newer than its sources. */
export function setup(): void {
  mkdirSync(cache, { recursive: true });
  const files = readdirSync(sources).map((name) => join(sources, name));
  const built = statSync(library, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const types = fileURLToPath(new URL('../../addon/driver/types.h', import.meta.url));
  if ([...files, types].every((file) => statSync(file).mtimeMs < built)) return;
  const flags = [
    '-std=c++17',
    '-O1',
    '-Wall',
    '-Wextra',
    '-fPIC',
    '-fvisibility=hidden',
    '-shared',
    '-pthread',
  ];
  const inputs = files.filter((file) => file.endsWith('.cc'));
  runCxx([...flags, ...inputs, '-o', library]);
}
