#!/usr/bin/env node
// Fails when a binary needs a newer C or C++ library than the oldest system that Node 20's own builds run on.
//
//   node tools/check-glibc.mjs FILE...
import { execFileSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** RHEL 8, on which Node 20 is built. */
const FLOOR = { GLIBC: '2.28', GLIBCXX: '3.4.25', CXXABI: '1.3.11' };

/** Symbols of a binary that are above the floor, such as `log@GLIBC_2.29`. */
export function aboveFloor(file) {
  const table = execFileSync('objdump', ['-T', file], { encoding: 'utf8' });
  return table.split('\n').flatMap((line) => {
    const match = /\((GLIBC|GLIBCXX|CXXABI)_([\d.]+)\)\s+(\S+)$/.exec(line);
    if (match === null || compareVersions(match[2], FLOOR[match[1]]) <= 0) return [];
    return [`${match[3]}@${match[1]}_${match[2]}`];
  });
}

function compareVersions(a, b) {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  for (const file of process.argv.slice(2)) {
    const symbols = aboveFloor(file);
    if (symbols.length > 0) {
      process.exitCode = 1;
      console.error(`${file} needs more than ${JSON.stringify(FLOOR)}: ${symbols.join(', ')}`);
    } else {
      console.log(`${file}: runs from ${JSON.stringify(FLOOR)} on`);
    }
  }
}
