#!/usr/bin/env node
// Rewrites the tables in README.md and docs/*.md from the recorded runs in docs/benchmarks and docs/evidence.
// A table stands between <!-- table:NAME --> and <!-- /table -->. With --check nothing is written, and the exit code
// is 1 when a table differs from its record. "npm run tables" builds the code that draws them before it runs this.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { TABLES } from './tables/catalogue.mjs';
import { replaceTables } from './tables/markers.mjs';
import { root } from './tasks/setup.mjs';

/** Records by name: docs/benchmarks/cpu.json is "cpu", docs/evidence/h200.json is "evidence/h200". */
export function readRecords(folder = root) {
  const records = new Map();
  for (const [place, prefix] of [
    ['docs/benchmarks', ''],
    ['docs/evidence', 'evidence/'],
  ]) {
    for (const name of listFiles(join(folder, place), '.json')) {
      const record = JSON.parse(readFileSync(join(folder, place, name), 'utf8'));
      records.set(`${prefix}${name.replace(/\.json$/, '')}`, record);
    }
  }
  return records;
}

export function documents(folder = root) {
  const docs = listFiles(join(folder, 'docs'), '.md').map((name) => join(folder, 'docs', name));
  return [join(folder, 'README.md'), ...docs];
}

/** The documents whose tables differ from their records, with what they should hold. */
export function outdated(folder = root) {
  const records = readRecords(folder);
  return documents(folder).flatMap((path) => {
    const text = readFileSync(path, 'utf8');
    const wanted = replaceTables(text, records, TABLES, path);
    return wanted === text ? [] : [{ path, wanted }];
  });
}

function listFiles(folder, ending) {
  if (!statSync(folder, { throwIfNoEntry: false })) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .sort();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const found = outdated();
  const check = process.argv.includes('--check');
  for (const { path, wanted } of found) {
    if (check) console.error(`${path}: a table differs from its record; run "npm run tables"`);
    else {
      writeFileSync(path, wanted);
      console.log(`${path}: written`);
    }
  }
  process.exit(check && found.length > 0 ? 1 : 0);
}
