import { isVisible as isVisibleInBsr } from '@sparsek/bsr';
import type { BlockMask, MaskClause } from '@sparsek/types';
import { describe, expect, test } from 'vitest';
import {
  type AttentionCase,
  buildMask,
  type ClauseSpec,
  clauseHolds,
  conformanceCases,
  isVisible,
} from '../src/index.js';

/** Rows of keys as text: x visible, . hidden. */
function picture(mask: BlockMask, head = 0, batch = 0): string[] {
  return Array.from({ length: mask.queryLength }, (_, query) =>
    Array.from({ length: mask.keyLength }, (_, key) =>
      isVisible(mask, batch, head, query, key) ? 'x' : '.',
    ).join(''),
  );
}

function maskOf(
  queryLength: number,
  keyLength: number,
  clauses: ClauseSpec[],
  documents?: number[],
): BlockMask {
  return buildMask({
    queryLength,
    keyLength,
    blockShape: [2, 2],
    patterns: [{ kind: 'regular', clauses }],
    batches: 1,
    heads: 1,
    headMap: [0],
    ...(documents && { documents }),
  });
}

describe('regular masks by hand', () => {
  test.each<[string, BlockMask, string[]]>([
    ['causal', maskOf(3, 3, [{ diagonal: [null, 0] }]), ['x..', 'xx.', 'xxx']],
    ['causal, more keys', maskOf(2, 4, [{ diagonal: [null, 0] }]), ['xxx.', 'xxxx']],
    ['causal, more queries', maskOf(4, 2, [{ diagonal: [null, 0] }]), ['..', '..', 'x.', 'xx']],
    ['window of 2', maskOf(4, 4, [{ diagonal: [-1, 0] }]), ['x...', 'xx..', '.xx.', '..xx']],
    ['both sides', maskOf(4, 4, [{ diagonal: [-1, 2] }]), ['xxx.', 'xxxx', '.xxx', '..xx']],
    ['two clauses', maskOf(3, 4, [{ diagonal: [0, 0] }, { columns: [0, 1] }]), ['xx..', 'x.x.', 'x..x']],
    ['rows are absolute', maskOf(2, 4, [{ rows: [3, null] }]), ['....', 'xxxx']],
    ['rows end before their end', maskOf(3, 2, [{ rows: [0, 1] }]), ['..', 'xx', '..']],
    ['columns', maskOf(2, 4, [{ columns: [1, 3] }]), ['.xx.', '.xx.']],
    ['no clause', maskOf(2, 2, []), ['..', '..']],
    ['empty interval', maskOf(2, 2, [{ diagonal: [1, 0] }]), ['..', '..']],
    ['same document', maskOf(4, 4, [{ document: 'same' }], [1, 2, 1]), ['x...', '.xx.', '.xx.', '...x']],
    ['before', maskOf(4, 4, [{ document: 'before' }], [1, 2, 1]), ['....', 'x...', 'x...', 'xxx.']],
    ['after', maskOf(4, 4, [{ document: 'after' }], [1, 2, 1]), ['.xxx', '...x', '...x', '....']],
    ['same, last two queries', maskOf(2, 4, [{ document: 'same' }], [1, 2, 1]), ['.xx.', '...x']],
    ['positions outside see no document', maskOf(3, 2, [{ document: 'same' }], [2]), ['..', 'xx', 'xx']],
    ['nor anything before or after one', maskOf(3, 2, [{ document: 'after' }], [1, 1]), ['..', '.x', '..']],
  ])('%s', (_, mask, expected) => {
    expect(picture(mask)).toEqual(expected);
  });

  test('a clause alone', () => {
    const clause: MaskClause = { diagonal: [-1, 1], rows: [0, 2], columns: [1, 3], document: 'any' };
    expect(clauseHolds(clause, 1, 2, undefined)).toBe(true);
    expect(clauseHolds(clause, 1, 3, undefined)).toBe(false);
    expect(clauseHolds(clause, 1, 0, undefined)).toBe(false);
    expect(clauseHolds(clause, 2, 2, undefined)).toBe(false);
  });
});

describe('stored masks by hand', () => {
  const stored = buildMask({
    queryLength: 4,
    keyLength: 5,
    blockShape: [2, 3],
    patterns: [
      {
        kind: 'stored',
        indptr: [0, 2, 3],
        indices: [0, 1, 0],
        fill: [1, 0, 3],
        clauses: [{ diagonal: [null, 0] }],
        bitmaps: [0, 0, 0b101, 0b010],
      },
      { kind: 'regular', clauses: [{ diagonal: [null, 0] }] },
    ],
    batches: 2,
    heads: 2,
    headMap: [0, 1, 1, 0],
  });

  test('by clauses, full and by a bitmap', () => {
    expect(picture(stored)).toEqual(['xx.xx', 'xxxxx', 'x.x..', '.x...']);
  });

  test('patterns by batch and head', () => {
    const causal = ['xx...', 'xxx..', 'xxxx.', 'xxxxx'];
    expect(picture(stored, 1, 0)).toEqual(causal);
    expect(picture(stored, 0, 1)).toEqual(causal);
    expect(picture(stored, 1, 1)).toEqual(picture(stored));
    expect(picture(stored, 3, 2)).toEqual(causal);
  });

  test('rows of a bitmap wider than a word', () => {
    const wide = buildMask({
      queryLength: 2,
      keyLength: 40,
      blockShape: [2, 40],
      patterns: [
        { kind: 'stored', indptr: [0, 1], indices: [0], fill: [2], bitmaps: [1, 0, 2 ** 31, 1 << 7] },
      ],
      batches: 1,
      heads: 1,
      headMap: [0],
    });
    const visible = picture(wide).map((row) => [...row].flatMap((c, key) => (c === 'x' ? [key] : [])));
    expect(visible).toEqual([[0], [31, 39]]);
  });
});

test('agrees with the masks of bsr on every mask of the conformance run', () => {
  const cases = conformanceCases({ operations: ['attention'] }).filter(
    (testCase): testCase is AttentionCase => testCase.operation === 'attention' && testCase.dtype === 'f32',
  );
  expect(cases.length).toBeGreaterThan(200);
  for (const { name, mask: spec, heads } of cases) {
    const mask = buildMask(spec);
    const pairs = mask.queryLength * mask.keyLength;
    const step = Math.max(1, Math.floor(pairs / 200));
    for (let n = 0; n < pairs; n += step) {
      const [query, key] = [Math.floor(n / mask.keyLength), n % mask.keyLength];
      const head = n % heads;
      const expected = isVisibleInBsr(mask, 0, head, query, key);
      expect(isVisible(mask, 0, head, query, key), `${name}, head ${head}, (${query}, ${key})`).toBe(
        expected,
      );
    }
  }
});
