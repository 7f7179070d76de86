import { MaskSyntaxError } from '@sparsek/types';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  all,
  and,
  bigbird,
  blocks,
  causal,
  dilated,
  documents,
  formatMask,
  global,
  type MaskExpression,
  not,
  or,
  parseMask,
  prefix,
  presetTerm,
  sink,
  window,
} from '../src/index.js';

const size = fc.integer({ min: 1, max: 1e6 });
const writable = fc.letrec<{ node: MaskExpression; term: MaskExpression }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    tie('term'),
    fc.array(tie('node'), { minLength: 2, maxLength: 3 }).map((terms) => and(...terms)),
    fc.array(tie('node'), { minLength: 2, maxLength: 3 }).map((terms) => or(...terms)),
    tie('node').map(not),
  ),
  term: fc.oneof(
    fc.constantFrom(all(), causal(), bigbird({ block: 32, seed: 5 }), presetTerm('phi-3-small')),
    size.map((n) => window(n)),
    fc.tuple(size, size).map(([left, right]) => window(left, right)),
    size.map(sink),
    size.map(global),
    size.map(prefix),
    fc.tuple(size, size).map(([span, step]) => dilated(span, step)),
  ),
})).node;

describe('parseMask', () => {
  it('reads every term', () => {
    const terms: readonly [string, MaskExpression][] = [
      ['all', all()],
      ['causal', causal()],
      ['window:512', window(512)],
      ['window:3,4', window(3, 4)],
      ['sink:4', sink(4)],
      ['global:2', global(2)],
      ['dilated:256,2', dilated(256, 2)],
      ['prefix:100', prefix(100)],
      ['bigbird', bigbird()],
      ['bigbird:block=32,random=2,seed=9', bigbird({ block: 32, random: 2, seed: 9 })],
      ['preset:mistral-7b', presetTerm('mistral-7b')],
    ];
    for (const [spec, expression] of terms) expect(parseMask(spec)).toEqual(expression);
  });

  it('binds & tighter than |, and ! tightest', () => {
    expect(parseMask('causal & window:5 | sink:1')).toEqual(or(and(causal(), window(5)), sink(1)));
    expect(parseMask('sink:1 | causal & window:5')).toEqual(or(sink(1), and(causal(), window(5))));
    expect(parseMask('!causal & sink:1')).toEqual(and(not(causal()), sink(1)));
    expect(parseMask(' ( sink:1|causal )&!( window:5 ) ')).toEqual(
      and(or(sink(1), causal()), not(window(5))),
    );
    expect(parseMask('!!causal')).toEqual(causal());
  });

  it('reads back what formatMask writes', () => {
    fc.assert(
      fc.property(writable, (expression) => {
        expect(parseMask(formatMask(expression))).toEqual(expression);
      }),
      { numRuns: 300, seed: 3 },
    );
  });

  it('loads each file once, and quotes names that need it', async () => {
    const pattern = {
      shape: [4, 4],
      blockShape: [2, 2],
      indptr: Int32Array.of(0, 1, 2),
      indices: Int32Array.of(0, 1),
    } as const;
    const asked: string[] = [];
    const load = {
      document: async (path: string) => {
        asked.push(path);
        return [0n, 0n, 1n, 1n];
      },
      blocks: (path: string) => {
        asked.push(path);
        return pattern;
      },
    };
    const spec = 'document:"my ids.npy" & causal | blocks:b.npz & document:"my ids.npy"';
    const expression = await parseMask(spec, { load });
    const ids = documents([0, 0, 1, 1], 'my ids.npy');
    expect(expression).toEqual(or(and(ids, causal()), and(blocks(pattern, 'b.npz'), ids)));
    expect(asked).toEqual(['my ids.npy', 'b.npz']);
    expect(formatMask(expression)).toBe(spec);
  });

  it('lets the failure of a loader through', async () => {
    const load = {
      document: () => Promise.reject(new Error('no such file')),
      blocks: () => {
        throw new Error('unused');
      },
    };
    await expect(parseMask('document:x.npy', { load })).rejects.toThrow('no such file');
  });

  const wrong: readonly [spec: string, position: number, message: RegExp][] = [
    ['', 0, /^Expected a term .* at position 0 of the mask but found the end/],
    ['causal &', 8, /a term/],
    ['causal causal', 7, /& or \| or the end at position 7 of the mask but found "causal"/],
    ['(causal', 7, /a closing parenthesis/],
    ['causal)', 6, /& or \| or the end/],
    ['!', 1, /a term/],
    ['Causal', 0, /a term/],
    ['widow:5', 0, /one of the terms all, causal, window/],
    ['window', 0, /window:L or window:L,R/],
    ['window:', 7, /a whole number of tokens \(window:L or window:L,R\)/],
    ['window:5,6,7', 0, /window:L or window:L,R/],
    ['causal | window:5,x', 18, /a whole number of tokens/],
    ['window:-5', 7, /a whole number/],
    ['window:0', 7, /an integer from 1/],
    ['window:99999999999', 7, /an integer from 1/],
    ['causal:5', 0, /Expected causal at/],
    ['bigbird:blocks=3', 8, /bigbird:block=64/],
    ['bigbird:block=64,random=2,block=32', 26, /block only once/],
    ['bigbird:block=64,window=2', 8, /an odd number of blocks/],
    ['preset:gpt-9', 7, /one of mistral/],
    ['preset:nsa', 7, /one of mistral/],
    ['preset:', 7, /preset:NAME/],
    ['document:a.npy', 0, /without `load`/],
    ['document:"a.npy', 9, /closing quote/],
    ['constructor:5', 0, /one of the terms/],
    [`${'('.repeat(5000)}causal`, 200, /at most 200 nested/],
  ];

  it.each(wrong)('shows where %j is wrong', (spec, position, message) => {
    let caught: unknown;
    try {
      parseMask(spec);
    } catch (error) {
      caught = error;
    }
    expect(MaskSyntaxError.isInstance(caught)).toBe(true);
    expect(caught).toMatchObject({ position, message: expect.stringMatching(message) });
  });

  it('throws nothing else, whatever the text', () => {
    const piece = fc.oneof(
      fc.string({ maxLength: 4 }),
      fc.constantFrom(
        'causal',
        'window:',
        '5',
        ',',
        '&',
        '|',
        '!',
        '(',
        ')',
        ' ',
        'preset:',
        'document:',
        '"',
        'bigbird:seed=',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const spec = pieces.join('');
        try {
          parseMask(spec);
        } catch (error) {
          if (!MaskSyntaxError.isInstance(error)) throw error;
          expect(error.position).toBeLessThanOrEqual(spec.length);
        }
      }),
      { numRuns: 2000, seed: 17 },
    );
  });

  it('draws a caret under the place', () => {
    expect(() => parseMask('causal & widow:5')).toThrow(
      'at position 9 of the mask but found "widow:5"\n  causal & widow:5\n           ^',
    );
  });
});

describe('formatMask', () => {
  it('describes terms made in memory', () => {
    expect(formatMask(and(documents([0, 1]), causal()))).toBe('<documents of 2 tokens> & causal');
    expect(formatMask(and())).toBe('all');
    expect(formatMask(or())).toBe('!all');
    expect(formatMask(not(or(sink(1), causal())))).toBe('!(sink:1 | causal)');
  });
});
