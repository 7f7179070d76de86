import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadSuite } from '../src/case/load-suite.js';
import { loadReport } from '../src/report/load-report.js';
import { attentionCase, convertCase, spmmCase, suite } from './cases.js';

const folder = mkdtempSync(join(tmpdir(), 'sparsek-suite-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(text: string): string {
  const path = join(folder, `${Math.random()}.json`);
  writeFileSync(path, text);
  return path;
}

const json = (value: unknown) => file(JSON.stringify(value));

describe('loadSuite', () => {
  it('reads what fits the schema', async () => {
    const mine = suite(spmmCase, attentionCase, convertCase);
    expect(await loadSuite(json(mine))).toEqual(mine);
  });

  it('shows twenty mistakes and counts the others', async () => {
    const cases = Array.from({ length: 5000 }, (_, n) => ({ ...spmmCase, name: `case ${n}`, m: 0 }));
    const error = await loadSuite(json(suite(...cases))).catch((caught: Error) => caught.message);
    expect(error).toMatch(/cases\.19\.m: Expected number to be >0 but received 0; and 4980 more$/);
  });

  it('reads a file that begins with a byte order mark', async () => {
    const mine = suite(spmmCase);
    expect(await loadSuite(file(`\uFEFF${JSON.stringify(mine)}`))).toEqual(mine);
  });

  it.each<[string, unknown, RegExp]>([
    ['no cases', suite(), /cases: /],
    ['a missing field', suite({ ...spmmCase, n: undefined as never }), /cases\.0\.n: .*number/],
    [
      'an unknown operation',
      suite({ ...spmmCase, operation: 'fft' as never }),
      /cases\.0\.operation: .*'spmm'.* but received "fft"$/,
    ],
    [
      'a number that is null',
      suite({ ...spmmCase, m: null as never }),
      /cases\.0\.m: Expected number but received null$/,
    ],
    [
      'a name of two lines',
      suite({ ...spmmCase, name: 'a\nb' }),
      /cases\.0\.name: Expected one line of at most 200 characters/,
    ],
    [
      'a name that moves the cursor',
      suite({ ...spmmCase, name: '\u001b[2J' }),
      /cases\.0\.name: Expected one line/,
    ],
    [
      'a name that goes on and on',
      suite({ ...spmmCase, name: 'x'.repeat(201) }),
      /cases\.0\.name: Expected one line/,
    ],
    [
      'documents that do not fill the context',
      suite({ ...attentionCase, mask: { kind: 'documents', lengths: [10, 20] } }),
      /cases\.0\.mask\.lengths: Expected lengths that add up to keyLength \(96\) but received 30 in all/,
    ],
    ['a misspelt field', suite({ ...spmmCase, densty: 1 } as never), /cases\.0: .*densty/],
    ['a size of zero', suite(convertCase, { ...spmmCase, m: 0 }), /cases\.1\.m: /],
    ['a size that is no integer', suite({ ...spmmCase, m: 1.5 }), /cases\.0\.m: /],
    [
      'a density above 1',
      suite({ ...spmmCase, pattern: { ...spmmCase.pattern, density: 1.5 } as never }),
      /cases\.0\.pattern\.density: /,
    ],
    ['a list', [spmmCase], /the file: Expected object but received a list$/],
    [
      'another type',
      suite({ ...spmmCase, dtype: 'f64' as never }),
      /cases\.0\.dtype: Expected one of .* but received "f64"/,
    ],
    [
      'two cases of one name',
      suite(spmmCase, spmmCase),
      /cases\.1\.name: Expected another name .* but received "product"/,
    ],
    [
      'a mask that is none',
      suite({ ...attentionCase, mask: 'windw:3' }),
      /cases\.0\.mask: Expected one of the terms .* found "windw/,
    ],
    [
      'a mask of another kind',
      suite({ ...attentionCase, mask: { kind: 'ring' } as never }),
      /cases\.0\.mask: Expected an expression such as/,
    ],
    [
      'heads that share no keys evenly',
      suite({ ...attentionCase, heads: 3, kvHeads: 2 }),
      /cases\.0\.heads: Expected a multiple of kvHeads \(2\) but received 3/,
    ],
  ])('refuses %s and names the entry', async (_, value, message) => {
    await expect(loadSuite(json(value))).rejects.toMatchObject({
      code: 'INVALID_FILE',
      message: expect.stringMatching(message),
    });
  });

  it('refuses what is no JSON or not there, and names the file', async () => {
    await expect(loadSuite(file('{'))).rejects.toThrow(/\.json.*is not JSON/);
    const gone = join(folder, 'gone.json');
    await expect(loadSuite(gone)).rejects.toMatchObject({
      code: 'INVALID_FILE',
      message: expect.stringContaining(gone),
    });
  });

  it('takes a reference to the schema, as editors want it', async () => {
    const mine = { $schema: './suite.schema.json', ...suite(spmmCase) };
    expect(await loadSuite(json(mine))).toEqual(mine);
  });
});

describe('loadReport', () => {
  it('refuses a file of cases', async () => {
    await expect(loadReport(json(suite(spmmCase)))).rejects.toThrow(/format: /);
  });
});
