import { describe, expect, it } from 'vitest';
import { replaceTables } from '../tables/markers.mjs';
import { outdated, readRecords } from '../tables.mjs';

const tables = { numbers: { record: 'cpu', draw: (record: { value: number }) => `| ${record.value} |` } };
const records = new Map([['cpu', { value: 42 }]]);

describe('tables in the documents', () => {
  it('are those of the records', () => {
    expect(outdated().map(({ path }) => path)).toEqual([]);
    expect([...readRecords().keys()]).toContain('cpu');
  });

  it('are replaced between their markers only', () => {
    const text = 'a\n<!-- table:numbers -->\n| 41 |\n<!-- /table -->\nb\n';
    const wanted = 'a\n<!-- table:numbers -->\n| 42 |\n<!-- /table -->\nb\n';
    expect(replaceTables(text, records, tables, 'x.md')).toBe(wanted);
    expect(replaceTables(wanted, records, tables, 'x.md')).toBe(wanted);
  });

  it('say so when nothing is recorded', () => {
    const text = '<!-- table:numbers -->\n<!-- /table -->';
    expect(replaceTables(text, new Map(), tables, 'x.md')).toContain('Not recorded yet.');
  });

  it('are refused when they are unknown or not closed', () => {
    const unknown = '<!-- table:letters -->\n<!-- /table -->';
    expect(() => replaceTables(unknown, records, tables, 'x.md')).toThrow(
      'Expected a table (numbers) in x.md but received "letters"',
    );
    expect(() => replaceTables('<!-- table:numbers -->\n', records, tables, 'x.md')).toThrow(
      /Expected <!-- \/table -->/,
    );
  });
});
