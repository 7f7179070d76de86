#!/usr/bin/env node
// Every script of the root package.json. Runs on a fresh clone with nothing but Node and npm: it installs first.
import { setup } from './tasks/setup.mjs';

/** Name of the script -> module with a `run(args)` that returns the exit code. Loaded only when asked for. */
const TASKS = {
  setup: async () => 0,
  build: (args) => turbo(['build', 'build:native', 'build:cubins'], args),
  test: async (args) => (await import('./tasks/test.mjs')).run(args),
  typecheck: async () => (await import('./tasks/exec.mjs')).bin('tsc', ['-b', 'tools/config/tsconfig.json']),
  lint: async () => (await import('./tasks/exec.mjs')).bin('biome', ['ci', '.']),
  format: async () => (await import('./tasks/exec.mjs')).bin('biome', ['check', '--write', '.']),
  demo: async (args) => (await import('./tasks/sparsek.mjs')).run(['demo', ...args], { quiet: false }),
  sparsek: async (args) => (await import('./tasks/sparsek.mjs')).run(args, { quiet: true }),
  tables: async (args) => (await import('./tasks/tables.mjs')).run(args),
  'gpu:bundle': async (args) => (await import('./tasks/gpu-bundle.mjs')).run(args),
  release: async (args) => (await import('./tasks/release.mjs')).run(args),
};

async function turbo(tasks, args) {
  const { turboRun } = await import('./tasks/exec.mjs');
  return turboRun(tasks, { args });
}

const [name, ...args] = process.argv.slice(2);
const task = TASKS[name];
if (!task) {
  console.error(`Expected one of ${Object.keys(TASKS).join(', ')} for the task but received ${name}`);
  process.exit(2);
}
const installed = setup({ quiet: name === 'sparsek' });
process.exit(installed !== 0 ? installed : await task(args));
