import { isVisible } from '@sparsek/bsr';
import { describe, expect, it } from 'vitest';
import { type AttentionData, makeCaseData } from '../src/case/data.js';
import type { AttentionCase } from '../src/case/schema.js';
import { flexBlocks } from '../src/peers/flex-blocks.js';
import { maskRule } from '../src/peers/mask-rule.js';
import { attentionCase } from './cases.js';

const LENGTH = 400;

const make = (change: Partial<AttentionCase>) => {
  const benchCase = { ...attentionCase, queryLength: LENGTH, keyLength: LENGTH, ...change };
  return makeCaseData(benchCase) as AttentionData;
};

const CASES: [string, Partial<AttentionCase>][] = [
  ['a window', { mask: 'window:150', blockShape: [128, 128] }],
  ['a window in blocks of 64', { mask: 'window:150', blockShape: [64, 64] }],
  ['random blocks', { mask: { kind: 'random-blocks', density: 0.3 }, blockShape: [64, 64] }],
  [
    'random blocks a head',
    { mask: { kind: 'random-blocks', density: 0.3, perHead: true }, blockShape: [128, 128] },
  ],
  ['packed documents', { mask: { kind: 'documents', lengths: [100, 30, 270] }, blockShape: [128, 128] }],
  ['lines of blocks', { mask: 'preset:minference', blockShape: [64, 64] }],
];

/** What a peer sees: whether a pair of a full block, or of a partial one by the rule, is visible. */
function peerSees(data: AttentionData, side: number) {
  const blocks = flexBlocks(data.mask, data.q.shape[1], side)!;
  const { rule, arrays } = maskRule(data);
  const has = (name: string, head: number, row: number, column: number) => {
    const [, rows, width] = blocks[`${name}Columns`]!.shape;
    const heads = blocks.flexHeads!.elements;
    const line = heads[head % heads.length]! * rows! + row;
    const count = blocks[`${name}Counts`]!.elements[line]!;
    return blocks[`${name}Columns`]!.elements.subarray(line * width!, line * width! + count).includes(column);
  };
  const byClauses = (i: number, j: number) =>
    rule.clauses.some(({ diagonal, rows, columns, document }) => {
      const inside = (value: number, [low, high]: readonly (number | null)[]) =>
        value >= (low ?? Number.NEGATIVE_INFINITY) && value <= (high ?? Number.POSITIVE_INFINITY);
      const documents = arrays.documents?.elements;
      const [afterRows, afterColumns] = [
        rows[1] ?? Number.POSITIVE_INFINITY,
        columns[1] ?? Number.POSITIVE_INFINITY,
      ];
      return (
        inside(j - i, diagonal) &&
        inside(i, [rows[0]!, null]) &&
        i < afterRows &&
        inside(j, [columns[0]!, null]) &&
        j < afterColumns &&
        (document === 'any' || documents![i] === documents![j])
      );
    });
  const byRule = (head: number, i: number, j: number) => {
    if (rule.kind === 'clauses') return byClauses(i, j);
    const { elements, shape } = arrays.table!;
    const pattern = arrays.tableHeads!.elements[head]!;
    const [row, column] = [Math.floor(i / rule.blockShape[0]!), Math.floor(j / rule.blockShape[1]!)];
    const code = elements[(pattern * shape[1]! + row) * shape[2]! + column];
    return code === 1 || (code === 2 && byClauses(i, j));
  };
  return (head: number, i: number, j: number) => {
    const [row, column] = [Math.floor(i / side), Math.floor(j / side)];
    if (has('full', head, row, column)) return true;
    return has('partial', head, row, column) && byRule(head, i, j);
  };
}

describe('what FlexAttention is given', () => {
  const sizes = CASES.flatMap(([name, change]) =>
    [128, 64]
      .filter((side) => side % change.blockShape![0] === 0)
      .map((side) => [name, side, change] as const),
  );

  it.each(sizes)('shows the same pairs for %s in its blocks of %i', (_, side, change) => {
    const data = make(change);
    const sees = peerSees(data, side);
    for (const head of [0, 1]) {
      for (let i = 0; i < LENGTH; i += 7) {
        for (let j = 0; j < LENGTH; j += 5) {
          expect([head, i, j, sees(head, i, j)]).toEqual([head, i, j, isVisible(data.mask, 0, head, i, j)]);
        }
      }
    }
  });

  it('has no rule for single pairs, and no blocks that do not divide its own', () => {
    const data = make({ mask: 'dilated:64,3', blockShape: [128, 128] });
    expect(maskRule(data).rule.kind).toBe('bitmaps');
    expect(flexBlocks(make({ blockShape: [48, 48] }).mask, 2, 128)).toBeUndefined();
  });
});
