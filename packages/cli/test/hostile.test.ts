import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { writeTensor } from '@sparsek/bsr/io';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT } from '../src/index.js';
import { sparsek, temporaryFolder } from './support.js';

const folder = temporaryFolder();
afterAll(() => folder.remove());
const file = (name: string) => folder.file(name);

/** What makes a terminal red, C1's way to say the same, and what lets a line overwrite itself. */
const CONTROLS = '\u001b[31m\u009b31m\r\u007f';
const SHOWN = '\\u001b[31m\\u009b31m\\u000d\\u007f';

describe('control characters of a file do not reach the terminal', () => {
  beforeAll(async () => {
    const header = { [`a${CONTROLS}`]: tensor(0), b: tensor(4) };
    await writeFile(file('names.safetensors'), safetensors(header, 8));
    const text = `{'descr': '<f4${CONTROLS}', 'fortran_order': False, 'shape': (1, 1), }\n`;
    await writeFile(file('type.npy'), npy(text));
    await writeFile(file('words.mtx'), `%%MatrixMarket matrix ${CONTROLS.replace('\r', '')} real general\n`);
  });

  it('in names of tensors, as text and as JSON', async () => {
    const text = await sparsek(['inspect', file('names.safetensors')]);
    expect(text).toMatchObject({ code: 0, stderr: '' });
    expect(text.stdout).toContain(`a${SHOWN}`);
    expect(text.stdout).not.toMatch(/[^\P{Cc}\n]/u);
    const { stdout } = await sparsek(['inspect', file('names.safetensors'), '--json']);
    expect(stdout).not.toMatch(/[^\P{Cc}\n]/u);
    expect(JSON.parse(stdout).tensors[0].name).toBe(`a${CONTROLS}`);
  });

  it.each(['names.safetensors#gone', 'type.npy', 'words.mtx'])('in errors about %s', async (name) => {
    const { code, stdout, stderr } = await sparsek(['convert', file(name), file('o.npy')]);
    expect({ code, stdout }).toEqual({ code: EXIT.usage, stdout: '' });
    expect(stderr).toContain('\\u001b[31m');
    expect(stderr).not.toMatch(/[^\P{Cc}\n]/u);
    expect(stderr).toMatch(/^sparsek: [^\n]+\n$/);
  });
});

describe('two results of attention in one file', () => {
  beforeAll(async () => {
    const values = new Float32Array(24);
    await writeTensor(file('q.npy'), { shape: [1, 2, 3, 4], dtype: 'f32', values });
  });

  it.each([
    ['o.npy', 'o.npy'],
    ['o.npy', './o.npy'],
    ['o.safetensors#o', 'o.safetensors#lse'],
  ])('are refused: %s and %s', async (out, lse) => {
    const qkv = ['--q', file('q.npy'), '--k', file('q.npy'), '--v', file('q.npy')];
    const outputs = ['--out', `${folder.path}/${out}`, '--lse', `${folder.path}/${lse}`];
    const { code, stderr } = await sparsek(['attention', ...qkv, ...outputs]);
    expect(code).toBe(EXIT.usage);
    expect(stderr).toMatch(
      /^sparsek: Expected another file than that of --out for --lse but received [^\n]+\n$/,
    );
    expect(readdirSync(folder.path).filter((name) => name.startsWith('o.'))).toEqual([]);
  });
});

/** A tensor of one f32 that begins at a byte. */
function tensor(begin: number): object {
  return { dtype: 'F32', shape: [1], data_offsets: [begin, begin + 4] };
}

function safetensors(header: object, dataBytes: number): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.alloc(dataBytes)]);
}

/** A file of version 3, whose header is UTF-8, with one f32. */
function npy(header: string): Buffer {
  const text = Buffer.from(header);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  return Buffer.concat([Buffer.from('\x93NUMPY\x03\x00', 'latin1'), length, text, Buffer.alloc(4)]);
}
