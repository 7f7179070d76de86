// Draws the tables of the documents from the recorded runs, with this checkout's own drawing code.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { turboRun } from './exec.mjs';
import { root } from './setup.mjs';

export function run(args) {
  const built = turboRun(['build'], { args: ['--filter=@sparsek/bench'], quiet: true });
  if (built !== 0) return built;
  const { status } = spawnSync(process.execPath, [join(root, 'tools/tables.mjs'), ...args], {
    stdio: 'inherit',
  });
  return status ?? 1;
}
