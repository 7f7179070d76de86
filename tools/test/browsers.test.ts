import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInNewContext } from 'node:vm';
import { build } from 'tsup';
import { afterAll, expect, it } from 'vitest';

const tools = fileURLToPath(new URL('..', import.meta.url));
// Inside tools, from where the packages resolve as for a user: to what is published.
mkdirSync(join(tools, '.cache'), { recursive: true });
const folder = mkdtempSync(join(tools, '.cache/browser-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PROGRAM = `
  import { normalValues, pruneBlocks, transpose } from '@sparsek/bsr';
  import { checkSpmmProblem } from '@sparsek/bsr/problem';
  import { SparsekError } from '@sparsek/types';
  import { randomCases, referenceBackend, runConformance } from '@sparsek/validator';

  const weight = { shape: [64, 64], dtype: 'f32', values: normalValues(4096) };
  const pruned = pruneBlocks(weight, { blockShape: [16, 16], density: 0.25 });
  let code;
  try {
    transpose({ ...pruned, indices: pruned.indices.map(() => 99) });
  } catch (error) {
    if (SparsekError.isInstance(error)) code = error.code;
  }
  checkSpmmProblem({ pattern: pruned, dtype: 'f32', denseExtent: 8 }, true);
  const cases = ['spmm', 'attention'].flatMap((operation) => randomCases(1, 3, operation));
  export const done = runConformance(referenceBackend(), { cases }).then(({ totals }) => ({ code, totals }));
`;

/** What browsers have beside the language. No `process`, no `Buffer`, and in older ones no `Symbol.dispose`. */
const { performance, AbortController, AbortSignal, TextDecoder, TextEncoder } = globalThis;
const { setTimeout, clearTimeout, queueMicrotask } = globalThis;
const TIMERS = { setTimeout, clearTimeout, queueMicrotask };
const BROWSER = { performance, AbortController, AbortSignal, TextDecoder, TextEncoder, ...TIMERS };

it('bsr, types and validator bundle for a browser, and run where there is nothing of Node', async () => {
  writeFileSync(join(folder, 'program.js'), PROGRAM);
  await build({
    config: false,
    silent: true,
    entry: [join(folder, 'program.js')],
    outDir: join(folder, 'out'),
    format: 'iife',
    globalName: 'program',
    platform: 'browser',
    target: 'es2022',
    noExternal: [/.*/],
  });
  const bundle = readFileSync(join(folder, 'out/program.global.js'), 'utf8');
  const { code, totals } = await runInNewContext(`${bundle}; program.done`, BROWSER);
  expect(code).toBe('INVALID_MATRIX');
  expect(totals).toEqual({ passed: 6, failed: 0, skipped: 0 });
});
