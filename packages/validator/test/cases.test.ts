import { checkBlockMask, checkHybrid, checkPattern, checkSparse24, normalValues } from '@sparsek/bsr';
import { OPERATIONS } from '@sparsek/types';
import { describe, expect, test } from 'vitest';
import {
  buildAttention,
  buildSddmm,
  buildSpgemm,
  buildSpmm,
  buildSpmm24,
  type Case,
  conformanceCases,
  decode,
  describeCase,
  drawNumbers,
  randomCases,
} from '../src/index.js';

const quick = conformanceCases();

describe('cases', () => {
  test('are plain JSON', () => {
    expect(JSON.parse(JSON.stringify(quick))).toEqual(quick);
  });

  test('have names of their own, and one line for people', () => {
    const lines = quick.map(describeCase);
    expect(new Set(lines).size).toBe(lines.length);
    expect(lines.every((line) => !line.includes('\n') && line.length < 250)).toBe(true);
    expect(lines[0]).toBe(
      'spmm f32: no blocks at all (40 x 56 in 0 blocks of 8 x 8, dense extent 24, seed 100)',
    );
  });

  test('hold structures that pass the checks', () => {
    for (const testCase of quick)
      expect(() => checkStructure(testCase), describeCase(testCase)).not.toThrow();
  });

  test('are many enough when thorough', () => {
    const thorough = conformanceCases({ level: 'thorough' });
    const count = (wanted: (testCase: Case) => boolean) => thorough.filter(wanted).length;
    const random = (testCase: Case) => testCase.name.startsWith('random');
    expect(count((c) => random(c) && c.operation !== 'attention')).toBeGreaterThan(300);
    expect(count((c) => random(c) && c.operation === 'attention')).toBeGreaterThan(500);
    for (const peer of ['FlashAttention', 'FlashInfer', 'Block-Sparse-Attention', 'cuDNN', 'ONNX Runtime']) {
      expect(count((c) => c.name.startsWith(`${peer}: `))).toBeGreaterThan(5);
    }
    const drawn = thorough.flatMap((c) => (random(c) && c.operation === 'attention' ? [c] : []));
    const options: Record<string, (c: (typeof drawn)[number]) => boolean> = {
      softcap: (c) => c.softcap !== undefined,
      alibi: (c) => c.alibiSlopes !== undefined,
      sinks: (c) => c.sinks !== undefined,
      grouped: (c) => c.heads > c.kvHeads,
      'masks by head': (c) => c.mask.heads > 1,
      'other lengths': (c) => c.mask.queryLength !== c.mask.keyLength,
      'V of another width': (c) => c.valueDim !== undefined && c.valueDim !== c.headDim,
      'O of another type': (c) => c.outputDtype !== undefined && c.outputDtype !== c.dtype,
      bshd: (c) => c.layout === 'bshd',
      'packed sequences': (c) => c.mask.documents === undefined,
    };
    for (const [name, has] of Object.entries(options))
      expect(drawn.filter(has).length, name).toBeGreaterThan(40);
    for (const size of [16, 32, 64, 128]) {
      for (const extent of [8, 16, 24, 64, 72, 120, 248, 256, 264]) {
        expect(count((c) => c.name === `tiles: blocks of ${size}, dense extent ${extent}`)).toBe(3);
      }
    }
  });

  test('can be limited to operations', () => {
    const some = conformanceCases({ operations: ['sddmm', 'spgemm'] });
    expect(new Set(some.map((testCase) => testCase.operation))).toEqual(new Set(['sddmm', 'spgemm']));
  });
});

describe('random cases', () => {
  test('follow from the seed and their number alone', () => {
    for (const operation of OPERATIONS) {
      expect(randomCases(5, 3, operation)).toEqual(randomCases(5, 6, operation).slice(0, 3));
      expect(randomCases(6, 3, operation)).not.toEqual(randomCases(5, 3, operation));
    }
  });

  test('stay the same from version to version', () => {
    expect(randomCases(1, 2, 'sddmm').map(describeCase)).toMatchInlineSnapshot(`
      [
        "sddmm f32: random 0 (38 x 28 in 21 blocks of 4 x 4, inner 75, seed 1000004)",
        "sddmm f16: random 1 (86 x 68 in 0 blocks of 2 x 2, inner 78, seed 2000007)",
      ]
    `);
  });
});

describe('values', () => {
  test('by their specification', () => {
    const plain = drawNumbers(6, {}, 9, 0);
    expect(drawNumbers(6, { mean: 2, deviation: 0 }, 9, 0)).toEqual(new Float64Array(6).fill(2));
    expect(drawNumbers(6, { mean: 1, deviation: 2 }, 9, 0)).toEqual(plain.map((z) => Math.fround(1 + 2 * z)));
    expect(drawNumbers(6, { cancelling: true }, 9, 0)).toEqual(plain.map((z, n) => (n < 3 ? z : -z)));
    expect(drawNumbers(6, {}, 9, 1)).not.toEqual(plain);
    const whole = drawNumbers(500, { integers: 2 }, 9, 0);
    expect(new Set(whole)).toEqual(new Set([-2, -1, 0, 1, 2]));
    const special = drawNumbers(
      4,
      {
        set: [
          [1, 3, 'nan'],
          [2, 9, '-inf'],
        ],
      },
      9,
      0,
    );
    expect([...special]).toEqual([plain[0], Number.NaN, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  });

  test('are the draws of bsr', () => {
    const drawn = drawNumbers(50, { mean: 0.5, deviation: 3 }, 2 ** 40 + 1, 2);
    const options = { seed: 2 ** 40 + 1, stream: 2, mean: 0.5, deviation: 3 };
    expect(Float32Array.from(drawn)).toEqual(normalValues(50, options));
  });

  test('do not depend on order and padding, and the gap holds NaN', () => {
    const base = quick.find((testCase) => testCase.name === 'side left, dense in padded columns')!;
    if (base.operation !== 'spmm') throw new Error(`Expected a case of spmm but received ${base.operation}`);
    const { dense } = buildSpmm(base).inputs;
    const packed = buildSpmm({ ...base, dense: {} }).inputs.dense;
    const [rows, columns] = dense.shape;
    const values = decode(dense.values, dense.dtype);
    const leading = dense.leadingDimension!;
    expect(leading).toBe(rows + 3);
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) expect(values[c * leading + r]).toBe(packed.values[r * columns + c]);
    }
    expect(values[rows]).toBeNaN();
  });

  test('lie between NaN, at addresses that are aligned to one element only', () => {
    const half = quick.find(({ operation, dtype }) => operation === 'spmm' && dtype === 'f16')!;
    if (half.operation !== 'spmm') throw new Error('Expected a case of spmm');
    const { values } = buildSpmm({ ...half, pattern: { ...half.pattern, ...ONE_BLOCK } }).inputs;
    expect(values.byteOffset % 4).toBe(2);
    const around = new Uint16Array(values.buffer);
    expect(decode(around, 'f16')[values.byteOffset / 2 - 1]).toBeNaN();
    expect(decode(around, 'f16')[values.byteOffset / 2 + values.length]).toBeNaN();
  });
});

const ONE_BLOCK = { indptr: [0, 1, 1, 1, 1, 1], indices: [0] };

function checkStructure(testCase: Case): void {
  switch (testCase.operation) {
    case 'spmm':
      checkPattern(buildSpmm(testCase).problem.pattern);
      break;
    case 'sddmm':
      checkPattern(buildSddmm(testCase).problem.pattern);
      break;
    case 'spgemm':
      checkPattern(buildSpgemm(testCase).problem.a);
      checkPattern(buildSpgemm(testCase).problem.b);
      break;
    case 'spmm24': {
      const { a } = buildSpmm24(testCase).problem;
      if ('kinds' in a) checkHybrid(a);
      else checkSparse24(a);
      break;
    }
    case 'attention':
      checkBlockMask(buildAttention(testCase).problem.mask);
      break;
  }
}
