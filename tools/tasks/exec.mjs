// Starts the workspace's own tools.
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { delimiter, join } from 'node:path';
import { findCompiler, noCompiler, writeFingerprints } from '../toolchain.mjs';
import { root } from './setup.mjs';

const environment = () => ({
  ...process.env,
  // turbo starts package scripts through a pnpm that it looks for on PATH.
  PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`,
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  DO_NOT_TRACK: '1',
});

/** Runs a tool of node_modules/.bin in the repository's root and returns its exit code. */
export function bin(name, args, { stdio = 'inherit' } = {}) {
  const { status, error, stdout, stderr } = spawnSync(name, args, {
    cwd: root,
    stdio,
    env: environment(),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (error) throw error;
  if (stdio !== 'inherit' && status !== 0) process.stderr.write(`${stdout ?? ''}${stderr ?? ''}`);
  return status ?? 1;
}

/** Runs turbo tasks. turbo cannot see compilers and the like; they reach its cache through fingerprint files. */
export function turboRun(tasks, { args = [], quiet = false } = {}) {
  writeFingerprints();
  warnWithoutCompiler();
  // Some tests measure time; more of them at once than there are cores would disturb each other.
  const concurrency = `--concurrency=${Math.max(2, availableParallelism())}`;
  const flags = quiet ? ['--output-logs=errors-only', '--log-order=grouped'] : [];
  return bin('turbo', ['run', ...tasks, concurrency, ...flags, ...args], {
    stdio: quiet ? 'pipe' : 'inherit',
  });
}

/** Builds go on without a compiler, quietly perhaps, so that somebody must say what will be missing. */
export function warnWithoutCompiler() {
  if (findCompiler() !== undefined) return;
  console.error(`The native addons cannot be built: ${noCompiler()}.`);
  console.error(
    'Without them everything runs on the float64 reference, which is slow, and tests of the addons fail.',
  );
}
