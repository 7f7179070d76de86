import { writeFile } from 'node:fs/promises';
import { deflateRawSync } from 'node:zlib';
import { InvalidFileError, SparsekError } from '@sparsek/types';
import { afterAll, describe, expect, it } from 'vitest';
import { readBsr, readDense, readMatrix, readTensor, writeMatrix } from '../../src/io/index.js';
import { npyBytes, safetensorsBytes, zipBytes } from './hand-made.js';
import { changed, fixture, temporaryFolder } from './support.js';

const folder = temporaryFolder();
afterAll(() => folder.remove());

/** Reads as everybody would: the error must be an InvalidFileError that names the file. */
async function refused(path: string, read: (path: string) => Promise<unknown> = readMatrix): Promise<string> {
  const error: unknown = await read(path).then(
    () => new Error('it was read'),
    (thrown: unknown) => thrown,
  );
  if (!InvalidFileError.isInstance(error)) throw error;
  expect(error.path).toBe(path.replace(/#.*/, ''));
  expect(error.message.startsWith(`${error.path}: `)).toBe(true);
  return error.message;
}

async function written(name: string, bytes: Uint8Array | string): Promise<string> {
  await writeFile(folder.file(name), bytes);
  return folder.file(name);
}

const shape = (rows: number | bigint, columns: number | bigint) =>
  npyBytes('<i8', '(2,)', Buffer.from(BigInt64Array.of(BigInt(rows), BigInt(columns)).buffer));
const int32 = (...values: number[]) =>
  npyBytes('<i4', `(${values.length},)`, Buffer.from(Int32Array.from(values).buffer));
const floats = (extents: string, ...values: number[]) =>
  npyBytes('<f4', extents, Buffer.from(Float32Array.from(values).buffer));
const format = (name: string) => npyBytes(`|S${name.length}`, '()', Buffer.from(name));

const csr = {
  format: format('csr'),
  shape: shape(2, 3),
  indptr: int32(0, 1, 2),
  indices: int32(2, 0),
  data: floats('(2,)', 5, 6),
};
const bsr = {
  ...csr,
  format: format('bsr'),
  shape: shape(4, 6),
  data: floats('(2, 2, 2)', 1, 2, 3, 4, 5, 6, 7, 8),
};

describe('npz', () => {
  it('reads what the cases below spoil', async () => {
    expect(await readMatrix(await written('good.npz', zipBytes(csr)))).toMatchObject({
      kind: 'csr',
      shape: [2, 3],
    });
    expect(await readMatrix(await written('good.npz', zipBytes(bsr)))).toMatchObject({ blockShape: [2, 2] });
  });

  it.each<[string, Record<string, Buffer>, RegExp]>([
    ['no format', { data: csr.data }, /no entry 'format', only data/],
    ['a missing array', { ...csr, indices: undefined as never }, /indices: is missing/],
    ['a negative extent', { ...csr, shape: shape(-2, 3) }, /shape: holds the extents -2 x 3/],
    ['an overflowing extent', { ...csr, shape: shape(2n ** 63n - 1n, 3) }, /shape: holds the extents 9223/],
    [
      'NaN extents',
      { ...csr, shape: npyBytes('<f8', '(2,)', Buffer.from(Float64Array.of(Number.NaN, 3).buffer)) },
      /shape: holds elements of type float64/,
    ],
    [
      'more rows than offsets',
      { ...csr, shape: shape(2 ** 31, 3) },
      /indptr: has the shape \(3\); \(2147483649\)/,
    ],
    [
      'an index out of range',
      { ...csr, indices: int32(2, 3) },
      /from 0 to 2 for matrix\.indices\[1\] in row 1 but received 3/,
    ],
    ['a negative index', { ...csr, indices: int32(-1, 0) }, /matrix\.indices\[0\] in row 0 but received -1/],
    [
      'a wide index',
      { ...csr, indices: npyBytes('<i8', '(2,)', Buffer.from(BigInt64Array.of(2n, 2n ** 32n).buffer)) },
      /indices: holds 4294967296 at \[1\]/,
    ],
    ['float indices', { ...csr, indices: floats('(2,)', 2, 0) }, /indices: holds elements of type float32/],
    ['decreasing offsets', { ...csr, indptr: int32(0, 2, 1) }, /at least 2 for matrix\.indptr\[2\]/],
    ['offsets above the indices', { ...csr, indptr: int32(0, 1, 3) }, /indptr: ends at 3, above the 2/],
    ['offsets from one', { ...csr, indptr: int32(1, 1, 2) }, /matrix\.indptr\[0\]/],
    ['negative offsets', { ...csr, indptr: int32(0, 1, -5) }, /indptr\[2\]/],
    ['duplicates', { ...csr, indptr: int32(0, 2, 2), indices: int32(1, 1) }, /twice|second/],
    ['fewer values than indices', { ...csr, data: floats('(1,)', 5) }, /data: has the shape \(1\); \(2\)/],
    [
      'an array shorter than its shape',
      { ...csr, data: floats('(2,)', 5) },
      /data: declares the shape \(2\), 8 bytes, but 4/,
    ],
    [
      'an array longer than its shape',
      { ...csr, data: floats('(2,)', 5, 6, 7) },
      /data: .*but 12 bytes follow/,
    ],
    [
      'a shape that overflows',
      { ...csr, data: floats('(9007199254740991, 9007199254740991)', 5) },
      /data: .*overflows/,
    ],
    ['blocks without an area', { ...bsr, data: floats('(2, 0, 2)') }, /data: Expected .*block shape/],
    [
      'blocks with two axes',
      { ...bsr, data: floats('(2, 4)', 1, 2, 3, 4, 5, 6, 7, 8) },
      /data: has the shape \(2, 4\)/,
    ],
    [
      'a ragged shape that does not fit',
      { ...bsr, sparsek_shape: shape(1, 6) },
      /sparsek_shape: 1 x 6 .* does not take 4 x 6/,
    ],
    ['a dtype of nobody', { ...csr, sparsek_dtype: format('f12') }, /sparsek_dtype: names "f12"/],
    [
      'an entry that is no array',
      { ...csr, data: Buffer.from('hello, world') },
      /data: does not start with the \.npy magic/,
    ],
    [
      'coordinates out of range',
      { format: format('coo'), shape: shape(2, 3), data: floats('(1,)', 1), row: int32(2), col: int32(0) },
      /row: holds 2 at \[0\], outside 0 \.\. 1/,
    ],
    [
      'coordinates of other lengths',
      { format: format('coo'), shape: shape(2, 3), data: floats('(1,)', 1), row: int32(1), col: int32(0, 1) },
      /col: has the shape/,
    ],
  ])('refuses %s', async (_, arrays, message) => {
    const given = Object.fromEntries(Object.entries(arrays).filter(([, bytes]) => bytes !== undefined));
    for (const packed of [false, true]) {
      expect(await refused(await written('bad.npz', zipBytes(given, { packed })))).toMatch(message);
    }
  });

  it('refuses a wrong checksum, in stored and in packed entries', async () => {
    for (const packed of [false, true]) {
      const bytes = zipBytes(csr, { packed, change: { data: { crc: 0x12345678 } } });
      expect(await refused(await written('crc.npz', bytes))).toMatch(/data: is damaged: its checksum/);
    }
  });

  it('refuses archives cut at any byte', async () => {
    const whole = zipBytes(csr, { packed: true });
    for (let length = 0; length < whole.length; length += 7) {
      await refused(await written('cut.npz', whole.subarray(0, length)));
    }
  });

  it('refuses sizes that the packed bytes cannot hold, without unpacking', async () => {
    const bytes = zipBytes(csr, { packed: true, change: { data: { size: 2 ** 31 } } });
    expect(await refused(await written('liar.npz', bytes))).toMatch(
      /data: declares 2147483648 bytes, more than \d+ packed/,
    );
  });

  it('refuses a zip bomb in bounded memory, unless the limit is raised', async () => {
    const zeros = 300 * 2 ** 20;
    const data = Buffer.concat([floats(`(${zeros / 4},)`), Buffer.alloc(zeros)]);
    const entries = { ...csr, data };
    const bytes = zipBytes(entries, { packed: true });
    expect(bytes.length).toBeLessThan(2 ** 20);
    const path = await written('bomb.npz', bytes);
    const before = process.memoryUsage().arrayBuffers;
    expect(await refused(path)).toMatch(/unpacks to \d+ bytes, above the limit of 268435456; raise maxBytes/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24);
    expect(await refused(path, (name) => readMatrix(name, { maxBytes: 2 ** 30 }))).toMatch(
      /data: has the shape/,
    );
  });

  it('refuses what unpacks to more than declared', async () => {
    const more = deflateRawSync(Buffer.concat([csr.data, Buffer.alloc(100)]));
    const bytes = zipBytes(csr, { packed: true, change: { data: { content: more } } });
    expect(await refused(await written('more.npz', bytes))).toMatch(/data: .*(too many bytes|damaged)/);
  });

  it('refuses two entries of one name, encrypted and unknown methods', async () => {
    expect(await refused(await written('twice.npz', zipBytes(csr, { twice: 'data' })))).toMatch(
      /two entries named "data"/,
    );
    await expect(
      readMatrix(await written('key.npz', zipBytes(csr, { packed: true, change: { data: { flags: 1 } } }))),
    ).rejects.toThrow(/encrypted/);
    await expect(
      readMatrix(await written('lzma.npz', zipBytes(csr, { change: { data: { method: 14 } } }))),
    ).rejects.toThrow(/data: is packed by zip method 14/);
  });

  it('refuses a sparse file that holds something else', async () => {
    expect(await refused(fixture('not-sparse.npz'))).toMatch(/no sparse matrix/);
    expect(await refused(await written('text.npz', 'not a zip archive at all'))).toMatch(
      /not a readable zip archive/,
    );
  });
});

describe('npy', () => {
  const zeros = (count: number) => Buffer.alloc(count);
  it.each<[string, Buffer, RegExp]>([
    ['an empty file', Buffer.alloc(0), /ends after 0 bytes/],
    ['another magic', Buffer.from('\x94NUMPY\x01\x00\x10\x00', 'latin1'), /magic/],
    [
      'an endless header',
      Buffer.from('\x93NUMPY\x02\x00\xff\xff\xff\xff', 'latin1'),
      /header of 4294967295 bytes/,
    ],
    ['a header that is no dictionary', npyBytes('', '', zeros(0), '[1, 2]'), /not a dictionary/],
    [
      'a header without a shape',
      npyBytes('', '', zeros(0), "{'descr': '<f4', 'fortran_order': False}"),
      /without 'shape'/,
    ],
    [
      'a header with two shapes',
      npyBytes('', '', zeros(0), "{'shape': (1,), 'shape': (2,)}"),
      /'shape' twice/,
    ],
    [
      'code in the header',
      npyBytes('', '', zeros(0), "{'descr': __import__('os'), 'shape': (1,)}"),
      /cannot be read from/,
    ],
    ['a negative size', npyBytes('<f4', '(-1, 4)', zeros(16)), /'shape'/],
    ['a fraction', npyBytes('<f4', '(1.5, 4)', zeros(16)), /'shape'/],
    ['NaN', npyBytes('<f4', '(nan, 4)', zeros(16)), /'shape'/],
    ['a shape that overflows', npyBytes('<f4', '(4294967296, 4294967296)', zeros(16)), /overflows/],
    [
      'fewer bytes than the shape takes',
      npyBytes('<f4', '(1000000, 1000000)', zeros(16)),
      /4000000000000 bytes, but 16/,
    ],
    ['more bytes than the shape takes', npyBytes('<f4', '(2, 1)', zeros(16)), /8 bytes, but 16/],
    ['one axis', npyBytes('<f4', '(4,)', zeros(16)), /shape \(4\); a matrix of two axes/],
  ])('refuses %s', async (_, bytes, message) => {
    expect(await refused(await written('bad.npy', bytes))).toMatch(message);
  });

  it('refuses a version of the future by name', async () => {
    const bytes = await changed('le-f4.npy', folder.file('v9.npy'), (whole) => {
      whole[6] = 9;
      return whole;
    });
    await expect(readMatrix(bytes)).rejects.toThrow(/version 9\.0/);
  });
});

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

describe('safetensors', () => {
  const tensor = (dtype: string, extents: readonly unknown[], offsets: readonly unknown[]) => ({
    dtype,
    shape: extents,
    data_offsets: offsets,
  });
  const good = { a: tensor('F32', [2, 2], [0, 16]), b: tensor('I8', [3], [16, 19]) };

  it('reads what the cases below spoil', async () => {
    const path = await written('good.safetensors', safetensorsBytes(good, 19));
    expect(await readTensor(`${path}#a`)).toMatchObject({ shape: [2, 2], dtype: 'f32' });
  });

  it.each<[string, Buffer, RegExp]>([
    ['an empty file', Buffer.alloc(0), /inside its header/],
    [
      'a header above 100 MB',
      Buffer.from(BigUint64Array.of(100_000_001n, 0n).buffer),
      /header of 100000001 bytes/,
    ],
    [
      'a header of 2^63',
      Buffer.from(BigUint64Array.of(2n ** 63n, 0n).buffer),
      /header of 9223372036854775808/,
    ],
    [
      'a header beyond the end',
      Buffer.from(BigUint64Array.of(9n, 0n).buffer),
      /header of 9 bytes; 8 is the most/,
    ],
    ['no JSON', safetensorsBytes('{"a": ', 0), /not JSON/],
    ['a list', safetensorsBytes('[]', 0), /not a JSON object/],
    ['wrong UTF-8', safetensorsBytes(Buffer.from([0x7b, 0xff, 0x7d]), 0), /not JSON/],
    ['no dtype', safetensorsBytes({ a: { shape: [1], data_offsets: [0, 4] } }, 4), /a: has no dtype/],
    ['a negative extent', safetensorsBytes({ a: tensor('F32', [-1, 4], [0, 16]) }, 16), /a: has a shape/],
    ['a NaN extent', safetensorsBytes({ a: tensor('F32', [null, 4], [0, 16]) }, 16), /a: has a shape/],
    [
      'an overflowing shape',
      safetensorsBytes({ a: tensor('F32', [2 ** 52, 2 ** 52], [0, 16]) }, 16),
      /a: takes 16 bytes, but/,
    ],
    [
      'a shape of other size',
      safetensorsBytes({ a: tensor('F32', [2, 3], [0, 16]) }, 16),
      /F32 of shape \[2, 3\] takes 24/,
    ],
    [
      'offsets in the wrong order',
      safetensorsBytes({ a: tensor('F32', [2, 2], [16, 0]) }, 16),
      /data_offsets/,
    ],
    [
      'offsets beyond the end',
      safetensorsBytes({ a: tensor('F32', [2, 2], [0, 16]) }, 12),
      /holds 12 bytes .* its tensors take 16/,
    ],
    [
      'overlapping tensors',
      safetensorsBytes({ a: tensor('F32', [2, 2], [0, 16]), b: tensor('F32', [1], [12, 16]) }, 16),
      /b: overlaps/,
    ],
    [
      'a hole',
      safetensorsBytes({ a: tensor('F32', [1], [0, 4]), b: tensor('F32', [1], [8, 12]) }, 12),
      /b: leaves a hole/,
    ],
    ['bytes at the end', safetensorsBytes({ a: tensor('F32', [1], [0, 4]) }, 9), /holds 9 bytes/],
    [
      'a vector',
      safetensorsBytes({ a: tensor('F32', [4], [0, 16]) }, 16),
      /a: has the shape \[4\]; a matrix/,
    ],
  ])('refuses %s', async (_, bytes, message) => {
    expect(await refused(`${await written('bad.safetensors', bytes)}#a`)).toMatch(message);
  });

  it.each(['F64', 'I64', 'F8_E4M3', 'X9'])('refuses %s by name', async (dtype) => {
    const size = { F64: 8, I64: 8, F8_E4M3: 1, X9: 5 }[dtype] ?? 0;
    const path = await written(
      'type.safetensors',
      safetensorsBytes({ a: tensor(dtype, [1, 1], [0, size]) }, size),
    );
    await expect(readMatrix(`${path}#a`)).rejects.toThrow(
      new RegExp(`a: is ${dtype}; F16, BF16 and F32 are read`),
    );
  });
});

describe('files', () => {
  it.each(['gone.npy', 'gone.npz', 'gone.mtx', 'gone.smtx', 'gone.safetensors#x'])(
    'says that %s is not there',
    async (name) => {
      expect(await refused(folder.file(name))).toMatch(/cannot be read: there is no such file/);
    },
  );

  it('says that a folder is no file', async () => {
    const { mkdir } = await import('node:fs/promises');
    await mkdir(folder.file('folder.npy'));
    expect(await refused(folder.file('folder.npy'))).toMatch(
      /cannot be read: it is (a folder|not a regular file)/,
    );
  });

  it('names extensions that it does not know, and bad options', async () => {
    await expect(readMatrix('matrix.csv')).rejects.toThrow(
      /extension "\.csv" is not known; expected one of \.npz/,
    );
    await expect(readMatrix('matrix')).rejects.toThrow(/extension is missing/);
    for (const options of [
      { dtype: 'f64' },
      { blockShape: [0, 4] },
      { maxBytes: Number.NaN },
      { duplicates: 'keep' },
    ]) {
      const failure: unknown = await readMatrix('x.npy', options as never).catch((error: unknown) => error);
      expect(failure).toSatisfy(SparsekError.isInstance);
      expect(failure).toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
  });

  it('stops when it is aborted', async () => {
    const reason = new Error('enough');
    for (const name of ['bsr-f4.npz', 'le-f4.npy', 'general.mtx']) {
      await expect(readMatrix(fixture(name), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    }
  });
});
