import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { readMatrix } from '../../src/io/index.js';
import { temporaryFolder } from './support.js';

const folder = temporaryFolder();
afterAll(() => folder.remove());

/** A text file of many pieces, so that entries stand across the pieces' borders. */
async function writeLines(
  name: string,
  head: string,
  count: number,
  line: (i: number) => string,
): Promise<string> {
  const stream = createWriteStream(folder.file(name));
  stream.write(head);
  for (let i = 0; i < count; ) {
    let batch = '';
    for (const end = Math.min(count, i + 10_000); i < end; i++) batch += line(i);
    if (!stream.write(batch)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
  return folder.file(name);
}

const COUNT = 600_000;
const row = (i: number) => (i * 7919) % 100_000;
const column = (i: number) => Math.floor(i / 100_000) * 1000 + (i % 997);
const value = (i: number) => (i % 1013) / 8 - 60;

describe('text files of many pieces', () => {
  it('reads every entry of a mtx file, and tells about its progress', async () => {
    const head = `%%MatrixMarket matrix coordinate real general\n100000 6000 ${COUNT}\n`;
    const path = await writeLines(
      'big.mtx',
      head,
      COUNT,
      (i) => `${row(i) + 1} ${column(i) + 1} ${value(i)}\n`,
    );
    const fractions: number[] = [];
    const matrix = await readMatrix(path, { onProgress: (fraction) => fractions.push(fraction) });
    if (matrix.kind !== 'coo') throw new Error(matrix.kind);
    expect(matrix.rows).toEqual(Int32Array.from({ length: COUNT }, (_, i) => row(i)));
    expect(matrix.columns).toEqual(Int32Array.from({ length: COUNT }, (_, i) => column(i)));
    expect(matrix.values).toEqual(Float32Array.from({ length: COUNT }, (_, i) => value(i)));
    expect(fractions.length).toBeGreaterThan(5);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
  });

  it('reads every value of an array', async () => {
    const path = await writeLines(
      'big-array.mtx',
      `%%MatrixMarket matrix array real general\n1000 600\n`,
      COUNT,
      (i) => `${value(i)}\n`,
    );
    const matrix = await readMatrix(path);
    expect(matrix.kind === 'dense' && matrix.values).toEqual(
      Float32Array.from({ length: COUNT }, (_, i) => value(i)),
    );
  });

  it('names the line of an error behind many pieces', async () => {
    const head = `%%MatrixMarket matrix coordinate real general\n100000 6000 ${COUNT}\n`;
    const path = await writeLines('bad.mtx', head, COUNT, (i) =>
      i === 500_000 ? 'x\n' : `${row(i) + 1} ${column(i) + 1} 1\n`,
    );
    await expect(readMatrix(path)).rejects.toThrow('line 500003: expected "row column value", but found "x"');
  });

  it('reads numbers of smtx across the borders of pieces', async () => {
    const path = await writeLines('big.smtx', `${COUNT}, 7, ${COUNT}\n`, 2 * COUNT + 1, (i) =>
      i <= COUNT ? `${i}${i === COUNT ? ' \n' : ' '}` : `${(i - COUNT - 1) % 7} `,
    );
    const matrix = await readMatrix(path);
    if (matrix.kind !== 'pattern') throw new Error(matrix.kind);
    expect(matrix.indptr).toEqual(Int32Array.from({ length: COUNT + 1 }, (_, i) => i));
    expect(matrix.indices).toEqual(Int32Array.from({ length: COUNT }, (_, i) => i % 7));
  });
});
