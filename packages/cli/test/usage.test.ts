import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { writeMatrix, writeTensor } from '@sparsek/bsr/io';
import {
  BackendUnavailableError,
  DeviceError,
  DeviceLostError,
  DisposedError,
  InvalidArgumentError,
  InvalidFileError,
  InvalidMaskError,
  InvalidMatrixError,
  MaskSyntaxError,
  OutOfMemoryError,
  UnsupportedFormatError,
  UnsupportedOperationError,
} from '@sparsek/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CheckFailedError, exitCodeOf, InterruptedError, UsageError } from '../src/exit-codes.js';
import { EXIT } from '../src/index.js';
import { sparsek, temporaryFolder } from './support.js';

const folder = temporaryFolder();
afterAll(() => folder.remove());
const file = (name: string) => folder.file(name);

beforeAll(async () => {
  await writeMatrix(file('dense.npy'), { shape: [4, 4], dtype: 'f32', values: new Float32Array(16).fill(1) });
  await writeMatrix(file('tall.npy'), { shape: [6, 2], dtype: 'f32', values: new Float32Array(12).fill(1) });
  await writeFile(file('a.mtx'), '%%MatrixMarket matrix coordinate real general\n4 4 2\n1 2 3\n4 4 -1\n');
  await writeFile(file('bad.mtx'), '%%MatrixMarket matrix coordinate real general\n4 4 1\n1 9 3\n');
  await writeFile(file('complex.mtx'), '%%MatrixMarket matrix coordinate complex general\n1 1 1\n1 1 3 0\n');
  await writeFile(file('no-header.mtx'), '3 3\n1\n');
  await writeFile(file('twice.mtx'), '%%MatrixMarket matrix coordinate real general\n2 2 2\n1 1 3\n1 1 4\n');
  const qkv = { shape: [1, 2, 3, 4], dtype: 'f32' as const, values: new Float32Array(24) };
  for (const name of ['q.npy', 'k.npy', 'v.npy']) await writeTensor(file(name), qkv);
  await writeTensor(file('flat.npy'), { shape: [24], dtype: 'f32', values: new Float32Array(24) });
});

const qkv = () => ['--q', file('q.npy'), '--k', file('k.npy'), '--v', file('v.npy')];

describe('bad usage gives exit code 2 and one line that says what would be right', () => {
  it.each<[string, () => string[], RegExp]>([
    [
      'no command',
      () => [],
      /Expected a command \(info, inspect, .*\) but received none; see sparsek --help/,
    ],
    ['an unknown command', () => ['multiply'], /Expected a command .* but received "multiply"/],
    ['an unknown option', () => ['info', '--color'], /unknown option '--color'; see sparsek info --help/],
    [
      'a missing argument',
      () => ['convert', 'a.mtx'],
      /missing required argument 'OUT'; see sparsek convert --help/,
    ],
    ['an argument too many', () => ['inspect', 'a', 'b'], /too many arguments/],
    ['a missing option', () => ['prune', 'a', 'b'], /required option '--block <RxC>' not specified/],
    [
      'a block shape of one number',
      () => ['convert', 'a', 'b', '--block', '16'],
      /'16' is invalid. Expected RxC/,
    ],
    ['a block shape of zero', () => ['convert', 'a', 'b', '--block', '0x4'], /Expected RxC/],
    ['a density above 1', () => ['prune', 'a', 'b', '--block', '2x2', '--density', '1.5'], /from 0 to 1/],
    [
      'a density that is no number',
      () => ['prune', 'a', 'b', '--block', '2x2', '--density', ''],
      /from 0 to 1/,
    ],
    ['an unknown dtype', () => ['convert', 'a', 'b', '--dtype', 'f64'], /Allowed choices are f32, f16, bf16/],
    [
      'an unknown backend',
      () => ['matmul', 'a', 'b', 'c', '--backend', 'tpu'],
      /Allowed choices are auto, cpu, cuda/,
    ],
    ['no repetitions', () => ['matmul', 'a', 'b', 'c', '--repeat', '0'], /integer from 1/],
    ['a negative seed', () => ['validate', '--seed', '-1'], /integer from 0/],
    ['a seed that cannot be counted up', () => ['validate', '--seed', `${2 ** 53 - 1}`], /from 0 to 2\^52/],
    ['help of an unknown command', () => ['help', 'multiply'], /name of a command but received "multiply"/],
    [
      'a check of nobody',
      () => ['validate', '--only', 'no such check', '--backend', 'reference'],
      /--only but received "no such check"/,
    ],
    [
      'a scale that is no number',
      () => ['attention', ...qkv(), '--out', file('o.npy'), '--scale', 'big'],
      /finite number/,
    ],
    [
      'an unknown layout',
      () => ['attention', ...qkv(), '--out', file('o.npy'), '--layout', 'sbhd'],
      /Allowed choices are bhsd, bshd/,
    ],
    [
      'attention without values',
      () => ['attention', '--q', 'q', '--k', 'k', '--out', 'o'],
      /'--v <file>' not specified/,
    ],
  ])('%s', async (_, args, message) => {
    const { code, stdout, stderr } = await sparsek(args());
    expect({ code, stdout }).toEqual({ code: EXIT.usage, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^sparsek: [^\n]+\n$/);
  });
});

describe('bad input gives exit code 2 and one line that names the file', () => {
  it.each<[string, () => string[], RegExp]>([
    [
      'a file that is not there',
      () => ['inspect', file('gone.npz')],
      /gone\.npz: cannot be read: there is no such file/,
    ],
    [
      'an unknown extension',
      () => ['inspect', file('a.csv')],
      /a\.csv: the extension "\.csv" is not known; expected one of/,
    ],
    [
      'an unknown extension of the output',
      () => ['convert', file('a.mtx'), file('a.csv')],
      /a\.csv: the extension/,
    ],
    [
      'a folder that is not there',
      () => ['convert', file('a.mtx'), file('no/b.mtx')],
      /b\.mtx: cannot be written/,
    ],
    [
      'a folder that is not there, before a product is computed',
      () => ['matmul', file('gone.npz'), file('dense.npy'), file('no/o.npy')],
      /Expected a folder that can be written to for OUT but received .*o\.npy/,
    ],
    [
      'a folder that is not there, before anything is validated',
      () => ['validate', '--backend', 'reference', '--json', file('no/v.json')],
      /Expected a folder that can be written to for --json/,
    ],
    [
      'a folder that is not there, before the demo runs',
      () => ['demo', '--html', file('no/demo.html')],
      /Expected a folder that can be written to for --html/,
    ],
    [
      'an index out of range',
      () => ['inspect', file('bad.mtx')],
      /bad\.mtx: line 3: column 9 is outside 1 \.\. 4/,
    ],
    [
      'a complex matrix',
      () => ['inspect', file('complex.mtx')],
      /complex\.mtx: line 1: the matrix is complex/,
    ],
    ['a file without a header', () => ['inspect', file('no-header.mtx')], /line 1: expected "%%MatrixMarket/],
    ['duplicates', () => ['convert', file('twice.mtx'), file('o.npz')], /twice\.mtx: entries 0 and 1/],
    [
      'dense to sparse without blocks',
      () => ['convert', file('dense.npy'), file('o.npz')],
      /Expected --block RxC/,
    ],
    [
      'a safetensors output without a name',
      () => ['convert', file('dense.npy'), file('o.safetensors')],
      /FILE\.safetensors#NAME/,
    ],
    [
      'two dense factors',
      () => ['matmul', file('dense.npy'), file('dense.npy'), file('o.npy')],
      /at least one sparse matrix for A and B/,
    ],
    [
      'extents that do not fit',
      () => ['matmul', file('a.mtx'), file('tall.npy'), file('o.npy')],
      /columns \(4, .*a\.mtx: 4 x 4\) but received 6 \(.*tall\.npy: 6 x 2\)/,
    ],
    [
      'extents that do not fit, from the right',
      () => ['matmul', file('tall.npy'), file('a.mtx'), file('o.npy')],
      /columns \(2, .*but received 4/,
    ],
    [
      'a product into a pattern',
      () => ['matmul', file('a.mtx'), file('dense.npy'), file('o.smtx')],
      /since \.smtx holds no values/,
    ],
    [
      'a drawing of a tensor',
      () => ['inspect', file('flat.npy'), '--svg', file('o.svg')],
      /Expected a matrix to draw/,
    ],
    [
      'a tensor of one axis',
      () => ['attention', ...qkv().slice(2), '--q', file('flat.npy'), '--out', file('o.npy')],
      /four axes \(bhsd\) for --q .*shape \[24\]/,
    ],
    [
      'an output for sparse matrices',
      () => ['attention', ...qkv(), '--out', file('o.npz')],
      /Expected \.npy or \.safetensors#NAME/,
    ],
    [
      'a mask that cannot be read',
      () => ['attention', ...qkv(), '--out', file('o.npy'), '--mask', 'causal &'],
      /Expected .* at position 8/,
    ],
    [
      'a document file of floats',
      () => ['attention', ...qkv(), '--out', file('o.npy'), '--mask', `document:"${file('flat.npy')}"`],
      /flat\.npy: holds elements of type float32; integers/,
    ],
    [
      'a dense mask',
      () => ['attention', ...qkv(), '--out', file('o.npy'), '--mask', `blocks:"${file('dense.npy')}"`],
      /Expected a sparse matrix for blocks:/,
    ],
  ])('%s', async (_, args, message) => {
    const { code, stdout, stderr } = await sparsek(args());
    expect({ code, stdout }).toEqual({ code: EXIT.usage, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^sparsek: [^\n]+\n$/);
    expect(readdirSync(folder.path).filter((name) => /^o\.|\.tmp$/.test(name))).toEqual([]);
  });
});

describe('exit codes', () => {
  it.each([
    [new UsageError('x'), EXIT.usage],
    [new CheckFailedError('x'), EXIT.failed],
    [new InterruptedError(), EXIT.interrupted],
    [new InvalidArgumentError('a', 'b', 'c'), EXIT.usage],
    [new InvalidFileError('a', 'b'), EXIT.usage],
    [new InvalidMaskError('a'), EXIT.usage],
    [new InvalidMatrixError('a'), EXIT.usage],
    [new MaskSyntaxError('a', 0), EXIT.usage],
    [new UnsupportedFormatError('a'), EXIT.usage],
    [new OutOfMemoryError('a', { requested: 1 }), EXIT.usage],
    [new DisposedError('a'), EXIT.usage],
    [new BackendUnavailableError('cuda', 'no driver'), EXIT.unavailable],
    [new UnsupportedOperationError('a'), EXIT.unavailable],
    [new DeviceError({ call: 'cuInit', result: 'X', operation: 'y' }), EXIT.unavailable],
    [new DeviceLostError('a'), EXIT.unavailable],
    [new TypeError('a defect'), undefined],
  ])('%s', (error, code) => {
    expect(exitCodeOf(error)).toBe(code);
  });

  it('are 3 when the backend asked for is not there', async () => {
    // On a machine that has a GPU the command works instead; then it must say so.
    const { code, stdout, stderr } = await sparsek([
      'matmul',
      file('a.mtx'),
      file('dense.npy'),
      file('o.npy'),
      '--backend',
      'cuda',
      '--json',
    ]);
    if (code === EXIT.done) return expect(JSON.parse(stdout).backend).toBe('cuda');
    expect({ code, stdout }).toEqual({ code: EXIT.unavailable, stdout: '' });
    expect(stderr).toMatch(/^sparsek: The cuda backend is not available: [^\n]+\n$/);
    expect(readdirSync(folder.path)).not.toContain('o.npy');
  });
});

describe('help', () => {
  it('stands on stdout with code 0, for the program and every command, with examples', async () => {
    const help = await sparsek(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    const names = [...help.stdout.matchAll(/^ {2}(\w+) (?:\[|<)/gm)]
      .map((match) => match[1]!)
      .filter((name) => name !== 'help');
    expect(names).toEqual(
      expect.arrayContaining(['info', 'inspect', 'convert', 'prune', 'matmul', 'attention', 'validate']),
    );
    for (const name of names) {
      for (const args of [
        [name, '--help'],
        ['help', name],
      ]) {
        const { code, stdout, stderr } = await sparsek(args);
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
        expect(stdout).toContain(`Usage: sparsek ${name}`);
        expect(stdout).toMatch(new RegExp(`Examples:\n  sparsek ${name}`));
      }
    }
  });

  it('prints the version of the manifest', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    expect(await sparsek(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });
});

describe('an abort', () => {
  it('gives 130, one line, and leaves nothing behind', async () => {
    const reason = new InterruptedError();
    for (const args of [
      ['convert', file('a.mtx'), file('o.npz')],
      ['matmul', file('a.mtx'), file('dense.npy'), file('o.npy')],
      ['validate', '--backend', 'reference', '--only', 'spmm24'],
    ]) {
      const { code, stdout, stderr } = await sparsek(args, AbortSignal.abort(reason));
      expect({ code, stdout, stderr }).toEqual({
        code: 130,
        stdout: '',
        stderr: `sparsek: ${reason.message}\n`,
      });
    }
    expect(readdirSync(folder.path).filter((name) => /^o\.|\.tmp$/.test(name))).toEqual([]);
  });
});
