#!/usr/bin/env node
// Says whether the recorded GPU runs in docs/evidence still describe the sources of this checkout.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourceHash } from './evidence/source-hash.mjs';
import { root } from './tasks/setup.mjs';

const folder = join(root, 'docs/evidence');
const records = readdirSync(folder).filter((name) => name.endsWith('.json'));
const now = sourceHash();
let stale = 0;
for (const name of records) {
  const { sourceHash: recorded, date, gpu } = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  if (recorded === now) {
    console.log(`${name}: current (${gpu}, ${date})`);
  } else {
    stale++;
    console.error(
      `${name}: recorded on ${date} from other sources (${recorded}, now ${now}); run it again on a ${gpu}`,
    );
  }
}
if (records.length === 0) console.log('No GPU run is recorded yet.');
process.exit(stale > 0 ? 1 : 0);
