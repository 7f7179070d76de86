// What turbo's cache cannot see by itself: the compilers. Their versions go into a file that native tasks hash.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const FINGERPRINT = join(root, '.cache', 'toolchain.json');

/** The C++ compiler's command: $CXX, else g++, c++ or clang++, whichever is found first. */
export function findCompiler(environment = process.env) {
  const candidates = environment.CXX ? [environment.CXX] : ['g++', 'c++', 'clang++'];
  for (const candidate of candidates) {
    const [command, ...args] = candidate.split(/\s+/).filter(Boolean);
    const version = command === undefined ? undefined : firstLine(command, [...args, '--version']);
    if (version !== undefined) return { command, args, version };
  }
  return undefined;
}

export function toolchain() {
  const compiler = findCompiler();
  return {
    platform: process.platform,
    arch: process.arch,
    glibc: process.report?.getReport?.().header.glibcVersionRuntime ?? null,
    cxx: compiler?.version ?? null,
    nvcc: lastLine(process.env.NVCC ?? 'nvcc', ['--version']) ?? null,
  };
}

/** Writes the fingerprint, only when it changed, so that turbo's mtime shortcuts keep working. */
export function writeToolchainFingerprint() {
  const text = `${JSON.stringify(toolchain(), null, 2)}\n`;
  let before;
  try {
    before = readFileSync(FINGERPRINT, 'utf8');
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  if (before === text) return;
  mkdirSync(dirname(FINGERPRINT), { recursive: true });
  writeFileSync(FINGERPRINT, text);
}

const firstLine = (command, args) => output(command, args)?.split('\n')[0];
const lastLine = (command, args) => output(command, args)?.trim().split('\n').at(-1);

/** What a command prints; undefined where it cannot be started or fails. */
function output(command, args) {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
}
