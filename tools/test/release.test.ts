import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { missingFiles, pendingChangesets } from '../tasks/release.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

const git = spawnSync('git', ['--version']).error;
if (git !== undefined) console.warn(`skipped: versions of a release: ${git.message}`);

describe('a release', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sparsek-release-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('needs every file that a manifest lists, and none that it leaves out', () => {
    const manifest = { name: 'some-package', files: ['dist', 'schema', '!**/__pycache__'] };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    mkdirSync(join(folder, 'dist'));
    expect(missingFiles(folder)).toEqual(['some-package lacks schema, which its manifest lists']);
    mkdirSync(join(folder, 'schema'));
    expect(missingFiles(folder)).toEqual([]);
  });

  it('waits until every changeset is in a version', () => {
    const changesets = join(folder, '.changeset');
    mkdirSync(changesets);
    writeFileSync(join(changesets, 'config.json'), '{}');
    expect(pendingChangesets(folder)).toEqual([]);
    writeFileSync(join(changesets, 'new-kernel.md'), "---\n'@sparsek/cpu': minor\n---\n\nA kernel.\n");
    expect(pendingChangesets(folder)).toEqual([
      expect.stringMatching(/^\.changeset\/new-kernel\.md .*changeset version/),
    ]);
  });

  it.skipIf(git !== undefined)('gives native packages and their prebuilt addons one version', () => {
    // In a copy with a history of its own: what changesets say of this checkout depends on its branch.
    const manifests = copyManifests(folder);
    writeFileSync(join(folder, '.changeset/one-more.md'), "---\n'@sparsek/cpu': minor\n---\n\nA kernel.\n");
    const run = (...args: string[]) => execFileSync('git', args, { cwd: folder, stdio: 'pipe' });
    run('init', '--quiet', '--initial-branch=main');
    run('add', '.');
    const who = ['-c', 'user.name=test', '-c', 'user.email=test', '-c', 'commit.gpgsign=false'];
    run(...who, 'commit', '--quiet', '-m', 'Manifests');
    execFileSync(join(root, 'node_modules/.bin/changeset'), ['version'], { cwd: folder, stdio: 'pipe' });
    expect(pendingChangesets(folder)).toEqual([]);
    const versions = new Map<string, string>();
    for (const path of manifests) {
      const { name, version } = JSON.parse(readFileSync(join(folder, path), 'utf8'));
      versions.set(name, version);
    }
    for (const native of ['@sparsek/cpu', '@sparsek/cuda']) {
      expect(versions.get(`${native}-linux-x64-gnu`)).toBe(versions.get(native));
    }
    const before = JSON.parse(readFileSync(join(root, 'packages/cpu/package.json'), 'utf8')).version;
    expect(versions.get('@sparsek/cpu')).not.toBe(before);
  });
});

/** What decides about versions; the paths of the manifests in it. */
function copyManifests(folder: string): string[] {
  const under = (parent: string) => readdirSync(join(root, parent)).map((name) => `${parent}/${name}`);
  const native = ['packages/cpu/platforms', 'packages/cuda/platforms'];
  const manifests = [...under('packages'), ...native.flatMap(under)].map((path) => `${path}/package.json`);
  for (const path of ['.changeset', 'package.json', 'pnpm-workspace.yaml', ...manifests]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, path), join(folder, path), { recursive: true });
  }
  return manifests;
}
