import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCxx } from '../../../../tools/config/cxx.js';

const source = fileURLToPath(new URL('recorder.cc', import.meta.url));
const cache = fileURLToPath(new URL('../../.cache/nvtx', import.meta.url));

/** The path of the profiler of recorder.cc, compiled unless that is done. */
export function buildRecorder(): string {
  const library = join(cache, 'recorder.so');
  const built = statSync(library, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (statSync(source).mtimeMs < built) return library;
  mkdirSync(cache, { recursive: true });
  const flags = ['-std=c++17', '-O1', '-Wall', '-Wextra', '-fPIC', '-fvisibility=hidden', '-shared'];
  runCxx([...flags, source, '-o', library]);
  return library;
}

/** Where something happened: the ranges of the thread that were open, the outermost first, then what happened. */
export type Place = string;

/**
 * Every range, and every call of the driver among them, with the ranges around it: "sparsek.spmm > cuLaunchKernelEx".
 * Ranges of the process appear as "[name]" and "[/name]".
 */
export function places(lines: readonly string[], driverCalls: readonly string[] = []): Place[] {
  const open: string[] = [];
  const names = new Map<string, string>();
  const told: Place[] = [];
  for (const line of lines) {
    const [word, first = '', ...rest] = line.split(' ');
    if (word === 'push') {
      open.push([first, ...rest].join(' '));
      told.push(open.join(' > '));
    } else if (word === 'pop') {
      if (open.pop() === undefined) throw new Error('a range was popped that was never pushed');
    } else if (word === 'start') {
      names.set(first, rest.join(' '));
      told.push(`[${rest.join(' ')}]`);
    } else if (word === 'end') {
      told.push(`[/${names.get(first) ?? 'a range that was never started'}]`);
      names.delete(first);
    } else if (driverCalls.includes(word!)) told.push([...open, word].join(' > '));
  }
  if (open.length + names.size > 0)
    throw new Error(`never ended: ${[...open, ...names.values()].join(', ')}`);
  return told;
}
