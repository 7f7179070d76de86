#!/usr/bin/env node
// Compares the speed of the CPU kernels with docs/benchmarks/speed.json, by ratios that hold on any machine.
// With --record the file is written anew. Exit code 1 when a kernel became slower.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measure, regressions, vectorSets } from './speed/measure.mjs';
import { compiler, processor } from './speed/processor.mjs';
import { root } from './tasks/setup.mjs';

const RECORD = join(root, 'docs/benchmarks/speed.json');

const record = process.argv.includes('--record');
const recorded = existsSync(RECORD) ? JSON.parse(readFileSync(RECORD, 'utf8')) : {};
const here = processor();
const sameProcessor = here !== undefined && here === recorded.processor;
const sameCompiler = compiler() === recorded.compiler;
let failed = false;
for (const set of vectorSets()) {
  const report = await measure(set);
  for (const { case: it, contestants } of report.results) {
    const ratios = contestants.slice(1).map(({ name, timeRatio }) => `${name} ${timeRatio.toFixed(2)}x`);
    console.log(`${set}, ${it.name}: ${ratios.join(', ')}`);
  }
  if (record) recorded[set] = report;
  else if (recorded[set] === undefined) console.log(`${set}: nothing is recorded to compare with`);
  else {
    const found = regressions(recorded[set], report, { sameProcessor, sameCompiler });
    for (const line of found) console.error(`${set}, ${line}`);
    failed ||= found.length > 0;
  }
}
if (record) Object.assign(recorded, { processor: here, compiler: compiler() });
if (record) writeFileSync(RECORD, `${JSON.stringify(recorded, null, 2)}\n`);
process.exit(failed ? 1 : 0);
