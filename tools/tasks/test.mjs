// Runs every package's tests and ends with one line that counts the tests that really ran.
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { turboRun, warnWithoutCompiler } from './exec.mjs';
import { root } from './setup.mjs';

export function run(args) {
  for (const directory of testedDirectories()) rmSync(report(directory), { force: true });
  const status = turboRun(['test'], { args: ['--continue=always', '--output-logs=new-only', ...args] });
  const total = { passed: 0, failed: 0, skipped: 0 };
  const silent = [];
  for (const directory of testedDirectories()) {
    const counts = readReport(directory);
    if (counts === undefined) silent.push(directory);
    else for (const key of Object.keys(total)) total[key] += counts[key];
  }
  if (silent.length > 0 && args.length === 0) {
    console.error(`No test report came from: ${silent.join(', ')}`);
    total.failed += silent.length;
  }
  // Said at the start too, but the output of the tests is long.
  if (status !== 0) warnWithoutCompiler();
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
  console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
  return status !== 0 || total.failed > 0 ? 1 : 0;
}

/** Folders of the workspace that hold tests. */
function testedDirectories() {
  const packages = readdirSync(join(root, 'packages')).map((name) => join('packages', name));
  return [...packages, 'tools'].filter((directory) => {
    return statSync(join(root, directory, 'vitest.config.ts'), { throwIfNoEntry: false }) !== undefined;
  });
}

const report = (directory) => join(root, directory, '.reports', 'vitest.json');

/** The counts of one package; undefined when its run left no report, as when it crashed. */
function readReport(directory) {
  if (!statSync(report(directory), { throwIfNoEntry: false })) return undefined;
  const result = JSON.parse(readFileSync(report(directory), 'utf8'));
  // A file can fail without a failed test: it does not load, or a hook of it fails. That counts as one failure.
  const broken = result.testResults.filter(({ status, assertionResults }) => {
    return status === 'failed' && assertionResults.every((assertion) => assertion.status !== 'failed');
  });
  return {
    passed: result.numPassedTests,
    failed: result.numFailedTests + broken.length,
    skipped: result.numPendingTests + result.numTodoTests,
  };
}
