import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pnpm = join(root, 'node_modules/.bin/pnpm');

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly bin?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Package {
  readonly directory: string;
  readonly manifest: Manifest;
}

function readPackage(directory: string): Package {
  return { directory, manifest: JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) };
}

function subdirectories(directory: string): string[] {
  if (!statSync(directory, { throwIfNoEntry: false })) return [];
  return readdirSync(directory).map((name) => join(directory, name));
}

const libraries = subdirectories(join(root, 'packages')).map(readPackage);
const platforms = libraries.flatMap(({ directory }) => {
  return subdirectories(join(directory, 'platforms')).map(readPackage);
});
const published = [...libraries, ...platforms].filter(({ manifest }) => !manifest.private);

/** What the workspace packages need of each other, whole. */
function workspaceClosure(name: string, seen = new Set<string>()): Set<string> {
  const found = published.find(({ manifest }) => manifest.name === name);
  if (!found || seen.has(name)) return seen;
  seen.add(name);
  const { dependencies, optionalDependencies } = found.manifest;
  for (const next of Object.keys({ ...dependencies, ...optionalDependencies })) workspaceClosure(next, seen);
  return seen;
}

describe('published packages', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'sparsek-pack-'));
  const tarballs = new Map<string, string>();

  beforeAll(() => {
    for (const { directory, manifest } of published) {
      const output = execFileSync(pnpm, ['pack', '--json', '--pack-destination', scratch], {
        cwd: directory,
        encoding: 'utf8',
      });
      tarballs.set(manifest.name, JSON.parse(output).filename);
    }
  });

  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  it.each(published.map(({ manifest }) => [manifest.name, manifest] as const))(
    '%s runs no script on installation',
    (_name, manifest) => {
      const hooks = ['preinstall', 'install', 'postinstall', 'prepare'];
      expect(Object.keys(manifest.scripts ?? {}).filter((script) => hooks.includes(script))).toEqual([]);
    },
  );

  it.each(libraries.map(({ manifest }) => manifest.name))('%s passes publint', (name) => {
    execFileSync(join(root, 'node_modules/.bin/publint'), [tarballs.get(name) ?? '', '--strict'], {
      stdio: 'pipe',
    });
  });

  it.each(libraries.map(({ manifest }) => manifest.name))('%s has types that resolve', (name) => {
    const attw = join(root, 'node_modules/.bin/attw');
    execFileSync(attw, [tarballs.get(name) ?? '', '--profile', 'esm-only', '--no-emoji'], { stdio: 'pipe' });
  });

  it.each(libraries.map(({ manifest }) => [manifest.name, manifest] as const))(
    '%s works alone from its tarball, by import and by require',
    (name, manifest) => {
      const folder = join(scratch, name.replace('/', '-'));
      mkdirSync(folder);
      const local = Object.fromEntries(
        [...workspaceClosure(name)].map((n) => [n, `file:${tarballs.get(n)}`]),
      );
      writeFileSync(
        join(folder, 'package.json'),
        JSON.stringify({
          private: true,
          type: 'module',
          dependencies: { [name]: local[name] },
          pnpm: { overrides: local },
        }),
      );
      execFileSync(pnpm, ['install', '--ignore-workspace', '--prefer-offline', '--no-lockfile'], {
        cwd: folder,
        stdio: 'pipe',
      });
      for (const subpath of Object.keys(manifest.exports ?? {})) {
        if (subpath.endsWith('.json')) continue;
        const specifier = JSON.stringify(name + subpath.slice(1));
        const imported = evaluate(folder, 'module', `import * as m from ${specifier}; ${PRINT_EXPORTS}`);
        const required = evaluate(folder, 'commonjs', `const m = require(${specifier}); ${PRINT_EXPORTS}`);
        expect(imported.length).toBeGreaterThan(0);
        expect(required).toEqual(imported);
      }
      for (const command of Object.keys(manifest.bin ?? {})) {
        const executable = join(folder, 'node_modules/.bin', command);
        const version = execFileSync(executable, ['--version'], { cwd: folder, encoding: 'utf8' });
        expect(version).toMatch(/^\d+\.\d+\.\d+/);
      }
    },
  );
});

const PRINT_EXPORTS =
  'console.log(JSON.stringify(Object.keys(m).filter((k) => k !== "module.exports" && k !== "__esModule").sort()))';

function evaluate(cwd: string, type: 'module' | 'commonjs', code: string): string[] {
  const args = [`--input-type=${type}`, '--eval', code];
  return JSON.parse(execFileSync(process.execPath, args, { cwd, encoding: 'utf8' }));
}
