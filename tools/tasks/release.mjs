// Publishes every package whose version is new. A half-published release is worse than none, so everything that can
// be wrong is checked first, and the platform packages go before the packages that need them.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bin, turboRun } from './exec.mjs';
import { root } from './setup.mjs';

export async function run(args) {
  const dryRun = args.includes('--dry-run');
  const { run: runTests } = await import('./test.mjs');
  const problems = [];
  if (bin('git', ['diff', '--quiet', 'HEAD']) !== 0) problems.push('there are uncommitted changes');
  if (turboRun(['build', 'build:native', 'build:cubins']) !== 0) problems.push('the build failed');
  problems.push(...missingFiles());
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

/** Files that a manifest promises and the build did not make. */
function missingFiles() {
  return publishedFolders().flatMap((folder) => {
    const { name, files = [] } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return files
      .filter((file) => !existsSync(join(folder, file)))
      .map((file) => `${name} lacks ${file}, which its manifest lists`);
  });
}

function publishedFolders() {
  const children = (folder) => {
    return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  };
  const libraries = children(join(root, 'packages'));
  return [...libraries, ...libraries.flatMap((folder) => children(join(folder, 'platforms')))];
}
