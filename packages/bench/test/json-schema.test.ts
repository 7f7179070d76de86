import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { suiteJsonSchema } from '../src/case/load-suite.js';
import { reportJsonSchema } from '../src/report/load-report.js';
import { SUITES } from '../src/suites/index.js';

const published = (name: string): object =>
  JSON.parse(readFileSync(new URL(`../schema/${name}.schema.json`, import.meta.url), 'utf8'));
const RECORDS = fileURLToPath(new URL('../../../docs/benchmarks', import.meta.url));

/** As another language reads it: nothing of zod takes part. */
const validator = (name: string) => new Ajv2020({ allErrors: true }).compile(published(name));

describe('the published JSON schemas', () => {
  it.each([
    ['suite', suiteJsonSchema],
    ['report', reportJsonSchema],
  ] as const)('of a %s are those of the code', (name, ofCode) => {
    // sparsek bench schema NAME > packages/bench/schema/NAME.schema.json
    expect(published(name)).toEqual(JSON.parse(JSON.stringify(ofCode())));
  });

  it('take every suite', () => {
    const valid = validator('suite');
    for (const make of SUITES.values()) {
      for (const device of ['cpu', 'gpu'] as const) {
        expect({ valid: valid(make(device)), errors: valid.errors }).toEqual({ valid: true, errors: null });
      }
    }
  });

  it('refuse other fields and other values', () => {
    const valid = validator('suite');
    const suite = structuredClone(SUITES.get('cpu')!('cpu'));
    const [first] = suite.cases;
    for (const wrong of [{ dtype: 'f64' }, { m: 0 }, { densty: 1 }, { pattern: { kind: 'zigzag' } }]) {
      expect(valid({ ...suite, cases: [{ ...first, ...wrong }] })).toBe(false);
    }
  });

  it('take the recorded reports', () => {
    const valid = validator('report');
    const reports = readdirSync(RECORDS)
      .map((name) => ({ name, report: JSON.parse(readFileSync(`${RECORDS}/${name}`, 'utf8')) }))
      .filter(({ report }) => report.format === 'sparsek-bench-1');
    expect(reports.length).toBeGreaterThan(3);
    for (const { name, report } of reports) {
      expect({ name, valid: valid(report), errors: valid.errors }).toEqual({
        name,
        valid: true,
        errors: null,
      });
    }
  });
});
