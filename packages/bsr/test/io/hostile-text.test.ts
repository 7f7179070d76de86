import { describe, expect, it } from 'vitest';
import { readBsr, readDense, readMatrix, writeMatrix } from '../../src/io/index.js';
import { hostileFolder, refused } from './hostile.js';

const { folder, written } = hostileFolder();

describe('mtx', () => {
  const head = '%%MatrixMarket matrix coordinate real general\n';
  it.each<[string, string, RegExp]>([
    ['an empty file', '', /is empty/],
    ['no header', '3 3\n.646\n', /line 1: expected "%%MatrixMarket .*found "3 3"/],
    ['a short header', '%%MatrixMarket matrix coordinate\n', /line 1: expected five words/],
    ['no extents', `${head}% only a comment\n`, /ends after line 2, before the line of extents/],
    ['negative extents', `${head}-2 2 1\n1 1 1\n`, /line 2: expected "rows columns entries".*"-2 2 1"/],
    ['NaN extents', `${head}nan 2 1\n1 1 1\n`, /line 2/],
    ['overflowing extents', `${head}99999999999999999999 2 1\n1 1 1\n`, /line 2/],
    ['extents above int32', `${head}4294967296 2 1\n1 1 1\n`, /line 2: the extents are 4294967296 x 2/],
    ['fractional extents', `${head}2.5 2 1\n1 1 1\n`, /line 2/],
    [
      'more entries than bytes',
      `${head}9 9 2000000000\n1 1 1\n`,
      /line 2: declares 2000000000 entries, more than its 67 bytes/,
    ],
    [
      'more array values than bytes',
      '%%MatrixMarket matrix array real general\n100000 100000\n1\n',
      /declares 10000000000 entries/,
    ],
    [
      'fewer entries',
      `${head}% padding so that the count is plausible\n2 2 3\n1 1 1\n2 2 1\n`,
      /ends after 2 of the 3 entries/,
    ],
    ['more entries', `${head}2 2 1\n1 1 1\n\n2 2 1\n`, /line 5: more entries follow than the 1/],
    ['row 0', `${head}2 2 1\n0 1 1\n`, /line 3: row 0 is outside 1 \.\. 2/],
    ['a column outside', `${head}2 2 1\n1 3 1\n`, /line 3: column 3 is outside 1 \.\. 2/],
    [
      'a word for a value',
      `${head}2 2 1\n1 1 one\n`,
      /line 3: expected "row column value", but found "1 1 one"/,
    ],
    ['no value', `${head}2 2 1\n1 1\n% padding\n`, /line 3: expected "row column value"/],
    ['two values', `${head}2 2 1\n1 1 2 3\n`, /line 3: .*found "1 1 2 3"/],
    [
      'zeros that end a number early',
      `${head}2 2 1\n1 1 1.5\x00\x00\x00\n`,
      /line 3: expected "row column value"/,
    ],
    ['zeros for blanks', `${head}2 2 1\n1\x001 1.5\n`, /line 3: expected "row column value"/],
    [
      'a line of zeros',
      `${head}2 2 1\n\x00\x00\x00\x00\x00\x00\n1 1 1.5\n`,
      /line 3: expected "row column value"/,
    ],
    ['a fraction for an index', `${head}2 2 1\n1.5 1 2\n`, /line 3/],
    [
      'a fraction in an integer file',
      '%%MatrixMarket matrix coordinate integer general\n2 2 1\n1 1 2.5\n',
      /line 3/,
    ],
    ['duplicates', `${head}2 2 2\n1 1 2\n1 1 3\n`, /entries 0 and 1 .*row 0, column 0/],
    [
      'duplicates that come by mirroring',
      '%%MatrixMarket matrix coordinate real symmetric\n2 2 2\n2 1 2\n1 2 3\n',
      /both stand at row/,
    ],
    ['a symmetric oblong', '%%MatrixMarket matrix coordinate real symmetric\n2 3 1\n2 1 2\n', /square/],
    [
      'a skew diagonal',
      '%%MatrixMarket matrix coordinate real skew-symmetric\n2 2 1\n1 1 2\n',
      /line 3: a skew-symmetric .* row 1/,
    ],
    [
      'pattern values',
      '%%MatrixMarket matrix coordinate pattern general\n2 2 1\n1 1 2\n',
      /line 3: expected "row column"/,
    ],
    ['an array of patterns', '%%MatrixMarket matrix array pattern general\n1 1\n1\n', /exclude each other/],
    [
      'a short array',
      '%%MatrixMarket matrix array real general\n2 1\n1\n% end\n',
      /ends after 1 of the 2 values/,
    ],
    ['a long array', '%%MatrixMarket matrix array real general\n1 1\n1\n2\n', /line 4: more values follow/],
    [
      'a zero in an array',
      '%%MatrixMarket matrix array real general\n2 1\n1\x002\n',
      /line 3: expected a number/,
    ],
    [
      'a word in an array',
      '%%MatrixMarket matrix array real general\n1 1\nx1\n',
      /line 3: expected a number, but found "x1"/,
    ],
  ])('refuses %s', async (_, text, message) => {
    expect(await refused(await written('bad.mtx', text))).toMatch(message);
  });

  it.each([
    ['%%MatrixMarket matrix coordinate complex general\n', /the matrix is complex/],
    ['%%MatrixMarket matrix coordinate complex hermitian\n', /the matrix is complex/],
    ['%%MatrixMarket matrix coordinate real hermitian\n', /the matrix is hermitian/],
    ['%%MatrixMarket vector coordinate real general\n', /"vector"/],
    ['%%MatrixMarket matrix elemental real general\n', /"elemental"/],
    ['%%MatrixMarket matrix coordinate quaternion general\n', /"quaternion"/],
    ['%%MatrixMarket matrix coordinate real slanted\n', /"slanted"/],
  ])('refuses %s by name', async (text, message) => {
    const failure: unknown = await readMatrix(await written('other.mtx', text)).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: 'UNSUPPORTED_FORMAT', message: expect.stringMatching(message) });
  });

  it('reads every allowed spelling', async () => {
    const text =
      '%%matrixmarket MATRIX Coordinate REAL General\r\n% c\r\n\r\n 3\t3 5 \r\n\n1 1 1D2\r\n  2 2 -.5  \n3 1 +1.e-1\n1 3 nan\n2 3 -INF';
    const matrix = await readMatrix(await written('odd.mtx', text));
    expect(matrix.kind === 'coo' && [...matrix.values]).toEqual([
      100,
      -0.5,
      Math.fround(0.1),
      Number.NaN,
      -Infinity,
    ]);
  });

  it('refuses extents whose offsets would fill the memory', async () => {
    const path = await written('huge.mtx', `${head}2147483647 2147483647 1\n2147483647 1 1\n`);
    expect(await readMatrix(path)).toMatchObject({ kind: 'coo', rows: Int32Array.of(2147483646) });
    for (const read of [readBsr, readDense])
      expect(await refused(path, read)).toMatch(/extent of 2147483647/);
    for (const name of ['huge.npy', 'huge.smtx', 'huge.safetensors#w']) {
      await expect(writeMatrix(folder.file(name), await readMatrix(path))).rejects.toMatchObject({
        code: 'OUT_OF_MEMORY',
      });
    }
    const pattern = await written(
      'huge-p.mtx',
      '%%MatrixMarket matrix coordinate pattern general\n2147483647 1 1\n1 1\n',
    );
    expect(await refused(pattern)).toMatch(/extent of 2147483647/);
  });

  it('refuses a line without an end', async () => {
    expect(await refused(await written('long.mtx', `${head}${' '.repeat(3 << 20)}`))).toMatch(
      /line of more than 1 MiB/,
    );
  });
});

describe('smtx', () => {
  it.each<[string, string, RegExp]>([
    ['an empty file', '', /too short/],
    ['more rows than bytes', '2000000000, 3, 0\n', /more than its 17 bytes/],
    ['negative extents', '-1, 3, 0\n0\n\n', /expected an integer at word 1/],
    ['too large extents', '99999999999, 3, 0\n0\n\n', /word 1, above/],
    ['a word', '1, 3, 1\n0 one\n2\n', /expected an integer at word 5, but found "one/],
    ['a zero for a blank', '1, 3, 2\n0 2\n1\x002\n', /expected an integer at word 6, but found "1/],
    ['too few indices', '1, 3, 2\n0 2\n1\n        ', /ends after 3 of its 2 offsets and 2 indices/],
    ['too many indices', '1, 3, 1\n0 1\n1 2\n', /holds more than/],
    ['an index outside', '1, 3, 1\n0 1\n3\n', /pattern\.indices\[0\] in row 0 but received 3/],
    ['unsorted indices', '1, 3, 2\n0 2\n2 1\n', /increase strictly/],
    ['decreasing offsets', '2, 3, 1\n0 2 1\n1\n', /pattern\.indptr/],
  ])('refuses %s', async (_, text, message) => {
    expect(await refused(await written('bad.smtx', text))).toMatch(message);
  });

  it('reads empty lines where there are no entries', async () => {
    expect(await readMatrix(await written('none.smtx', '2, 3, 0\n0 0 0 \n\n'))).toMatchObject({
      shape: [2, 3],
      indptr: new Int32Array(3),
    });
  });
});
