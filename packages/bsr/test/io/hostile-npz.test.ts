import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { toFloat64 } from '../../src/index.js';
import { readMatrix } from '../../src/io/index.js';
import { npyBytes, zipBytes } from './hand-made.js';
import { hostileFolder, refused } from './hostile.js';
import { fixture } from './support.js';

const { written } = hostileFolder();

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

  it('takes unsigned words for integers, bf16 or not: SciPy has matrices of those, and none of bf16', async () => {
    const data = npyBytes('<u2', '(2,)', Buffer.from(Uint16Array.of(1, 300).buffer));
    const path = await written('words.npz', zipBytes({ ...csr, data }));
    for (const dtype of ['f32', 'f16', 'bf16'] as const) {
      const matrix = await readMatrix(path, { dtype });
      if (matrix.kind !== 'csr') throw new Error('expected CSR');
      expect([...toFloat64(matrix.values, dtype)]).toEqual([1, 300]);
    }
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
