import { execFileSync } from 'node:child_process';
import { SparsekError } from '@sparsek/types';
import { describe, expect, it } from 'vitest';
import { readMatrix, readTensor, writeMatrix } from '../../src/io/index.js';
import { npyBytes, safetensorsBytes } from './hand-made.js';
import { hostileFolder, refused } from './hostile.js';
import { changed, fixture } from './support.js';

const { folder, written } = hostileFolder();

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

  it.skipIf(process.platform === 'win32').each(['pipe.npy', 'pipe.npz', 'pipe.mtx'])(
    'does not wait for a writer of the pipe %s',
    async (name) => {
      execFileSync('mkfifo', [folder.file(name)]);
      expect(await refused(folder.file(name))).toMatch(/cannot be read: it is not a regular file/);
    },
  );

  it('says that there is no folder to write into', async () => {
    const matrix = { shape: [1, 1], dtype: 'f32', values: new Float32Array(1) } as const;
    const path = folder.file('gone/matrix.npy');
    expect(await refused(path, (name) => writeMatrix(name, matrix))).toMatch(
      /cannot be written: its folder does not exist/,
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
