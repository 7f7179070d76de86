// Publishes every package whose version is new. A half-published release is worse than none, so everything that can
// be wrong is checked first, and the platform packages go before the packages that need them.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bin, turboRun } from './exec.mjs';
import { root } from './setup.mjs';

export async function run(args) {
  const dryRun = args.includes('--dry-run');
  const { run: runTests } = await import('./test.mjs');
  const problems = pendingChangesets(root);
  // New files too: a first changelog, or what a manifest's folders would take along.
  const changed = execFileSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' }).trimEnd();
  if (changed !== '') problems.push(`there are uncommitted changes:\n${changed}`);
  if (turboRun(['build', 'build:native', 'build:cubins']) !== 0) problems.push('the build failed');
  problems.push(...publishedFolders().flatMap(missingFiles));
  if (problems.length === 0 && runTests([]) !== 0) problems.push('a test failed');
  if (problems.length > 0) {
    for (const problem of problems) console.error(`Not released: ${problem}`);
    return 1;
  }
  const flags = ['--access', 'public', '--no-git-checks', ...(dryRun ? ['--dry-run'] : [])];
  const platforms = bin('pnpm', ['-r', '--filter', './packages/*/platforms/*', 'publish', ...flags]);
  if (platforms !== 0) return platforms;
  return dryRun ? bin('pnpm', ['-r', 'publish', ...flags]) : bin('changeset', ['publish']);
}

/** Changes that no version has yet: what is published would not be what its changelog says. */
export function pendingChangesets(repository) {
  return readdirSync(join(repository, '.changeset'))
    .filter((file) => file.endsWith('.md') && file !== 'README.md')
    .map((file) => `.changeset/${file} is in no version yet; run "npm run changeset version" and commit`);
}

/** Files that the manifest of a package promises and the build did not make. */
export function missingFiles(folder) {
  const { name, files = [] } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return files
    .filter((file) => !file.startsWith('!') && !existsSync(join(folder, file)))
    .map((file) => `${name} lacks ${file}, which its manifest lists`);
}

function publishedFolders() {
  const children = (folder) => {
    return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  };
  const libraries = children(join(root, 'packages'));
  return [...libraries, ...libraries.flatMap((folder) => children(join(folder, 'platforms')))];
}
