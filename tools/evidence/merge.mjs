#!/usr/bin/env node
// Joins the records of several runs on one GPU, from the same sources, into the one file that is committed.
import { readFileSync, writeFileSync } from 'node:fs';

const PARTS = ['validations', 'sanitizers', 'devices', 'limits', 'benchmarks'];

const [out, ...paths] = process.argv.slice(2);
if (paths.length === 0) {
  console.error('Expected the file to write and the records to join: merge OUT RECORD...');
  process.exit(2);
}
const records = paths.map((path) => JSON.parse(readFileSync(path, 'utf8')));
const [first] = records;
for (const field of ['format', 'gpu', 'sourceHash']) {
  const different = records.find((record) => record[field] !== first[field]);
  if (different) {
    console.error(
      `Expected records with the same ${field} but received ${first[field]} and ${different[field]}`,
    );
    process.exit(2);
  }
}
const merged = {
  ...first,
  ...Object.fromEntries(PARTS.map((part) => [part, records.flatMap((record) => record[part] ?? [])])),
};
writeFileSync(out, `${JSON.stringify(merged, null, 1)}\n`);
