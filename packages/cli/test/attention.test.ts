import { writeFile } from 'node:fs/promises';
import { normalValues } from '@sparsek/bsr';
import { writeMatrix, writeTensor } from '@sparsek/bsr/io';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tensorNumbers } from './numbers.js';
import { sparsek, temporaryFolder } from './support.js';

const folder = temporaryFolder();
afterAll(() => folder.remove());
const file = (name: string) => folder.file(name);

const [BATCH, HEADS, KV_HEADS, QUERIES, KEYS, DIM] = [2, 4, 2, 10, 14, 8];

type Axes = readonly [number, number, number, number];
const QUERY_AXES: Axes = [BATCH, HEADS, QUERIES, DIM];
const KEY_AXES: Axes = [BATCH, KV_HEADS, KEYS, DIM];

beforeAll(async () => {
  const write = (name: string, shape: Axes, seed: number) =>
    writeTensor(file(name), {
      shape,
      dtype: 'f32',
      values: normalValues(
        shape.reduce((a, b) => a * b),
        { seed },
      ),
    });
  await write('q.npy', QUERY_AXES, 1);
  await write('k.npy', KEY_AXES, 2);
  await write('v.npy', KEY_AXES, 3);
  await writeFile(
    file('ids.npy'),
    npyInt64([0, 0, 0, 0, 5, 5, 5, 5, 5, 9, 9, 9, 9, 9].map((id) => id * 2 ** 40)),
  );
  await writeFile(file('pairs.mtx'), pairsMtx());
  // Queries 0 to 4 see keys 0 to 6, the others see keys 7 to 13.
  await writeMatrix(file('blocks.npz'), {
    ...{ shape: [QUERIES, KEYS], blockShape: [5, 7], dtype: 'f32' },
    ...{ indptr: Int32Array.of(0, 1, 2), indices: Int32Array.of(0, 1), values: new Float32Array(70).fill(1) },
  });
});

/** The pairs with (query + key) % 3 = 0, as a pattern. */
function pairsMtx(): string {
  const lines: string[] = [];
  for (let q = 0; q < QUERIES; q++)
    for (let k = 0; k < KEYS; k++) if ((q + k) % 3 === 0) lines.push(`${q + 1} ${k + 1}`);
  return `%%MatrixMarket matrix coordinate pattern general\n${QUERIES} ${KEYS} ${lines.length}\n${lines.join('\n')}\n`;
}

function npyInt64(values: readonly number[]): Buffer {
  const text = `{'descr': '<i8', 'fortran_order': False, 'shape': (${values.length},), }\n`;
  const length = Buffer.from(Uint16Array.of(text.length).buffer);
  const data = Buffer.from(BigInt64Array.from(values, BigInt).buffer);
  return Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), length, Buffer.from(text), data]);
}

interface Expected {
  readonly o: Float64Array;
  readonly lse: Float64Array;
  readonly visible: number;
}

/** Attention by its definition, in float64. i is a query's absolute position, j a key's. */
async function attention(
  visible: (i: number, j: number) => boolean,
  scale = 1 / Math.sqrt(DIM),
): Promise<Expected> {
  const [q, k, v] = [
    await tensorNumbers(file('q.npy')),
    await tensorNumbers(file('k.npy')),
    await tensorNumbers(file('v.npy')),
  ];
  const o = new Float64Array(q.length);
  const lse = new Float64Array(BATCH * HEADS * QUERIES);
  let pairs = 0;
  for (let row = 0; row < lse.length; row++) {
    const i = (row % QUERIES) + KEYS - QUERIES;
    const head = Math.floor(row / QUERIES) % HEADS;
    const batch = Math.floor(row / (QUERIES * HEADS));
    const keys = (batch * KV_HEADS + Math.floor((head * KV_HEADS) / HEADS)) * KEYS * DIM;
    let sum = 0;
    for (let j = 0; j < KEYS; j++) {
      if (!visible(i, j)) continue;
      pairs++;
      let score = 0;
      for (let d = 0; d < DIM; d++) score += q[row * DIM + d]! * k[keys + j * DIM + d]!;
      const weight = Math.exp(scale * score);
      sum += weight;
      for (let d = 0; d < DIM; d++) o[row * DIM + d] = o[row * DIM + d]! + weight * v[keys + j * DIM + d]!;
    }
    for (let d = 0; d < DIM; d++) o[row * DIM + d] = sum === 0 ? 0 : o[row * DIM + d]! / sum;
    lse[row] = Math.log(sum);
  }
  return { o, lse, visible: pairs / (BATCH * HEADS) };
}

const common = () => ['attention', '--q', file('q.npy'), '--k', file('k.npy'), '--v', file('v.npy')];

function expectClose(found: Float64Array, expected: Float64Array, tolerance: number): void {
  expect(found.length).toBe(expected.length);
  const worst = found.reduce((most, x, i) => {
    const error = x === expected[i] ? 0 : Math.abs(x - expected[i]!);
    return Math.max(most, Number.isNaN(error) ? Number.POSITIVE_INFINITY : error);
  }, 0);
  expect(worst).toBeLessThan(tolerance);
}

const OFFSET = KEYS - QUERIES;
const documentOf = (j: number) => (j < 4 ? 0 : j < 9 ? 1 : 2);

describe('attention agrees with its definition', () => {
  it.each<[string, () => string | undefined, (i: number, j: number) => boolean]>([
    ['no mask', () => undefined, () => true],
    ['causal', () => 'causal', (i, j) => j <= i],
    ['a window with sinks', () => 'causal & (window:3 | sink:1)', (i, j) => j <= i && (i - 3 < j || j < 1)],
    ['a two-sided window', () => 'window:2,1', (i, j) => i - 2 <= j && j <= i + 1],
    ['not', () => '!causal', (i, j) => j > i],
    [
      'documents of 64-bit ids',
      () => `causal & document:"${file('ids.npy')}"`,
      (i, j) => j <= i && documentOf(i) === documentOf(j),
    ],
    ['single pairs', () => `blocks:"${file('pairs.mtx')}"`, (i, j) => (i - OFFSET + j) % 3 === 0],
    ['stored blocks', () => `blocks:"${file('blocks.npz')}"`, (i, j) => i - OFFSET < 5 === j < 7],
  ])('%s', async (_, mask, visible) => {
    const spec = mask();
    const expected = await attention(visible);
    const args = [
      ...common(),
      '--out',
      file('o.npy'),
      '--lse',
      file('lse.npy'),
      '--json',
      ...(spec === undefined ? [] : ['--mask', spec]),
    ];
    const { code, stdout, stderr } = await sparsek(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ operation: 'attention', dtype: 'f32', repeat: 1, shape: QUERY_AXES });
    expect(report.density).toBeCloseTo(expected.visible / (QUERIES * KEYS), 12);
    expect(report.usefulFlops).toBe(4 * expected.visible * BATCH * HEADS * DIM);
    expectClose(await tensorNumbers(file('o.npy')), expected.o, 1e-5);
    expectClose(await tensorNumbers(file('lse.npy')), expected.lse, 1e-5);
  });

  it('with a scale and repeated', async () => {
    const { code, stdout } = await sparsek([
      ...common(),
      '--out',
      file('o.npy'),
      '--scale',
      '0.5',
      '--mask',
      'causal',
      '--repeat',
      '2',
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /o\.npy: 2 x 4 x 10 x 8 \(bhsd\), f32\noperation +attention on .*\n.*\n.*median of 2\nmask {7}\d/,
    );
    expectClose(await tensorNumbers(file('o.npy')), (await attention((i, j) => j <= i, 0.5)).o, 1e-5);
  });

  it.each(['f16', 'bf16'] as const)('in %s, through .npy and back', async (dtype) => {
    const { code } = await sparsek([
      ...common(),
      '--out',
      file('half.npy'),
      '--dtype',
      dtype,
      '--mask',
      'causal',
    ]);
    expect(code).toBe(0);
    expectClose(
      await tensorNumbers(file('half.npy'), dtype),
      (await attention((i, j) => j <= i)).o,
      dtype === 'f16' ? 1e-2 : 6e-2,
    );
  });

  it('in the other layout', async () => {
    const swap = async (name: string, [batch, heads, length, dim]: Axes) => {
      const values = Float32Array.from(await tensorNumbers(file(`${name}.npy`)));
      const swapped = values.map((_, n) => {
        const d = n % dim;
        const h = Math.floor(n / dim) % heads;
        const s = Math.floor(n / (dim * heads)) % length;
        return values[((Math.floor(n / (dim * heads * length)) * heads + h) * length + s) * dim + d]!;
      });
      await writeTensor(file(`${name}.safetensors#${name}`), {
        shape: [batch, length, heads, dim],
        dtype: 'f32',
        values: swapped,
      });
      return swapped;
    };
    await swap('q', QUERY_AXES);
    await swap('k', KEY_AXES);
    await swap('v', KEY_AXES);
    const tensors = ['q', 'k', 'v'].flatMap((name) => [`--${name}`, file(`${name}.safetensors#${name}`)]);
    const { code } = await sparsek([
      'attention',
      ...tensors,
      '--layout',
      'bshd',
      '--mask',
      'causal',
      '--out',
      file('swapped.npy'),
    ]);
    expect(code).toBe(0);
    await writeTensor(file('o.npy'), {
      shape: QUERY_AXES,
      dtype: 'f32',
      values: Float32Array.from((await attention((i, j) => j <= i)).o),
    });
    expectClose(
      await tensorNumbers(file('swapped.npy')),
      Float64Array.from(await swap('o', QUERY_AXES)),
      1e-5,
    );
  });
});
