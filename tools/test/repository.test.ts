import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tool = (name: string) => join(root, 'node_modules/.bin', name);

/** Packages in the order of their layers: each may import only from the layers before its own. */
const LAYERS = [
  ['types'],
  ['bsr'],
  ['cpu', 'cuda', 'validator'],
  ['backend'],
  ['matmul', 'attention'],
  ['bench'],
  ['cli'],
];

/** Markdown files of the repository, without what is built or installed. */
function documentsUnder(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return UNWRITTEN.test(entry.name) ? [] : documentsUnder(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

const UNWRITTEN = /^(node_modules|dist.*|\.(?!changeset$).*)$/;

/** The changesets tool asks git what is new since the main branch. Undefined where it can. */
const base = spawnSync('git', ['merge-base', 'main', 'HEAD'], { cwd: root, encoding: 'utf8' });
const unbranched =
  base.status === 0 ? undefined : (base.error?.message ?? base.stderr.trim()) || 'nothing in common with it';
if (unbranched !== undefined) console.warn(`skipped: changesets against the main branch: ${unbranched}`);

describe('the repository', () => {
  it('is formatted and free of lint', () => {
    execFileSync(tool('biome'), ['ci', '.'], { cwd: root, stdio: 'pipe' });
  });

  it('type-checks, tests included', () => {
    execFileSync(tool('tsc'), ['-b', 'tools/config/tsconfig.json'], { cwd: root, stdio: 'pipe' });
  });

  it('has no unused files, exports or dependencies', () => {
    execFileSync(tool('knip'), [], { cwd: root, stdio: 'pipe' });
  });

  it('has GPU evidence of the sources as they are', () => {
    execFileSync(process.execPath, [join(root, 'tools/evidence-check.mjs')], { cwd: root, stdio: 'pipe' });
  });

  it.skipIf(unbranched !== undefined)('has changesets that parse', () => {
    execFileSync(tool('changeset'), ['status'], { cwd: root, stdio: 'pipe' });
  });

  it.each(LAYERS.flatMap((names, layer) => names.map((name) => [name, layer] as const)))(
    '%s depends only on the layers below it',
    (name, layer) => {
      const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'));
      const allowed = LAYERS.slice(0, layer).flat();
      const used = Object.keys(manifest.dependencies ?? {})
        .filter((dependency) => dependency.startsWith('@sparsek/'))
        .map((dependency) => dependency.slice('@sparsek/'.length));
      expect(used.filter((dependency) => !allowed.includes(dependency))).toEqual([]);
    },
  );

  it('lists every package in a layer', () => {
    expect(readdirSync(join(root, 'packages')).sort()).toEqual(LAYERS.flat().sort());
  });

  it('has no broken link in its documentation', () => {
    const documents = documentsUnder('.');
    expect(documents).toContain('README.md');
    const broken: string[] = [];
    for (const document of documents) {
      const text = readFileSync(join(root, document), 'utf8');
      for (const [, target] of text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)) {
        if (!target || /^[a-z]+:/.test(target)) continue;
        const path = resolve(root, dirname(document), target);
        if (!existsSync(path)) broken.push(`${document}: ${target}`);
      }
    }
    expect(broken).toEqual([]);
  });
});
