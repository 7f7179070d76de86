import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Task {
  readonly taskId: string;
  readonly directory: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly resolvedTaskDefinition: { readonly inputs: readonly string[]; readonly env: readonly string[] };
}

const plan = execFileSync(join(root, 'node_modules/.bin/turbo'), ['run', 'test', '--dry=json'], {
  cwd: root,
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 'ignore'],
  maxBuffer: 1 << 28,
  env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` },
});
const tests = (JSON.parse(plan) as { tasks: readonly Task[] }).tasks
  .filter(({ taskId, directory }) => taskId.endsWith('#test') && /^packages\/[^/]+$/.test(directory))
  .map((task) => [task.directory, task] as const);

const filesUnder = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`);

/** Set by the tests themselves for what they start. */
const OWN = /^(ADDON|FAKE_CUDA_[A-Z]+|NVTX_INJECTION64_PATH|RECORDER_LOG|TURBO_HASH|PATH|TMPDIR)$/;

describe('the result of a test is remembered', () => {
  it('for every package', () => {
    expect(tests.length).toBe(readdirSync(join(root, 'packages')).length);
  });

  it.each(tests)('only for the same files: %s', (directory, { inputs }) => {
    const shipped = ['README.md', 'package.json', 'src', 'test', 'addon', 'peers', 'schema'];
    const present = readdirSync(join(root, directory)).filter((name) => shipped.includes(name));
    for (const name of present) {
      const seen = Object.keys(inputs).some((path) => path === name || path.startsWith(`${name}/`));
      expect({ name, seen }).toEqual({ name, seen: true });
    }
  });

  it.each(tests)('only on the same machine, with the same variables: %s', (directory, task) => {
    const { inputs, env } = task.resolvedTaskDefinition;
    expect(inputs).toContain('../../.cache/machine.json');
    const sources = [...filesUnder(`${directory}/test`), ...filesUnder('tools/config')]
      .filter((path) => path.endsWith('.ts'))
      .map((path) => readFileSync(join(root, path), 'utf8'));
    const read = new Set(
      sources.flatMap((text) => [...text.matchAll(/process\.env\.([A-Z0-9_]+)/g)].map(([, name]) => name!)),
    );
    const known = (name: string) =>
      env.some((told) => (told.endsWith('*') ? name.startsWith(told.slice(0, -1)) : name === told));
    expect([...read].filter((name) => !OWN.test(name) && !known(name))).toEqual([]);
  });
});
