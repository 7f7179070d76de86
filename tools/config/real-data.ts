import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Real matrices that may lie beside the repository. */
export const DATA =
  process.env.SPARSEK_DATA ?? resolve(fileURLToPath(new URL('../..', import.meta.url)), '../shared/data');

/** Why tests on real matrices cannot run here; undefined where they can. */
export const dataMissing = existsSync(DATA) ? undefined : `no real matrices at ${DATA} (set SPARSEK_DATA)`;
