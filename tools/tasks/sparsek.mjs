// Builds what the command line needs (from turbo's cache when nothing changed) and runs it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { turboRun } from './exec.mjs';
import { root } from './setup.mjs';

export function run(args, { quiet }) {
  if (!quiet) console.error('Building ...');
  const kernels = hasGpu() ? ['build:cubins'] : [];
  const built = turboRun(['build', 'build:native', ...kernels], {
    quiet: true,
    args: ['--filter=sparsek...'],
  });
  if (built !== 0) return built;
  const { status, signal, error } = spawnSync(
    process.execPath,
    [join(root, 'packages/cli/dist/bin.js'), ...args],
    // npm runs scripts in the root; the user's paths are relative to where they typed the command.
    { stdio: 'inherit', cwd: process.env.INIT_CWD ?? process.cwd() },
  );
  if (error) throw error;
  return signal ? 130 : (status ?? 1);
}

/** Compiling the CUDA kernels takes a minute, which is lost where no NVIDIA driver is loaded (on WSL: no GPU passed on). */
function hasGpu() {
  return ['/dev/nvidiactl', '/dev/dxg'].some((path) => existsSync(path));
}
