// Installs the workspace with the pnpm version that package.json names, when anything it depends on has changed.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export function setup({ quiet }) {
  if (isInstalled()) return 0;
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const install = ['--yes', packageManager, 'install', '--frozen-lockfile', '--prefer-offline'];
  if (!quiet) console.error(`Installing dependencies with ${packageManager} ...`);
  const { status, error } = spawnSync('npx', install, {
    cwd: root,
    // Standard output belongs to the command that was asked for.
    stdio: ['ignore', quiet ? 'ignore' : process.stderr, 'inherit'],
  });
  if (error) console.error(`Could not start npx: ${error.message}`);
  else if (status !== 0) console.error(`The installation failed; repeat it with: npx ${install.join(' ')}`);
  return error ? 1 : (status ?? 1);
}

function isInstalled() {
  const installed = modified('node_modules/.modules.yaml');
  return installed > 0 && manifests().every((path) => modified(path) <= installed);
}

function manifests() {
  const packages = readdirSync(join(root, 'packages')).map((name) => `packages/${name}/package.json`);
  return ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', ...packages];
}

function modified(path) {
  return statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
