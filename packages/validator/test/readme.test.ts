import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { examplesIn, testExamples } from '../../../tools/config/examples.js';
import { type Case, checkCase, referenceBackend } from '../src/index.js';

const page = '../../docs/validation.md';
testExamples(import.meta.url, [page]);

it('the example of a case replays', async () => {
  const text = readFileSync(new URL(`../${page}`, import.meta.url), 'utf8');
  const testCase = JSON.parse(examplesIn(text, 'json')[0]!) as Case;
  expect(await checkCase(referenceBackend(), testCase, 1)).toMatchObject({ status: 'passed' });
});
