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
  SparsekError,
  UnsupportedFormatError,
  UnsupportedOperationError,
} from '@sparsek/types';
import { describe, expect, it } from 'vitest';

const samples = [
  {
    error: new InvalidArgumentError('blockShape', 'two positive integers', [0, 4]),
    code: 'INVALID_ARGUMENT',
  },
  { error: new InvalidMatrixError('row 3 is unsorted', { row: 3, position: 7 }), code: 'INVALID_MATRIX' },
  { error: new InvalidMaskError('pattern 0 has no rows'), code: 'INVALID_MASK' },
  { error: new MaskSyntaxError('unknown term', 4), code: 'MASK_SYNTAX' },
  { error: new InvalidFileError('a.npy', 'ends early'), code: 'INVALID_FILE' },
  { error: new UnsupportedFormatError('complex'), code: 'UNSUPPORTED_FORMAT' },
  { error: new UnsupportedOperationError('no spmm24'), code: 'UNSUPPORTED_OPERATION' },
  { error: new BackendUnavailableError('cuda', 'no driver'), code: 'BACKEND_UNAVAILABLE' },
  { error: new OutOfMemoryError('no room', { requested: 8 }), code: 'OUT_OF_MEMORY' },
  { error: new DisposedError('plan'), code: 'DISPOSED' },
  {
    error: new DeviceError({ call: 'cuInit', result: 'CUDA_ERROR_NO_DEVICE', operation: 'info' }),
    code: 'DEVICE_ERROR',
  },
  { error: new DeviceLostError('lost'), code: 'DEVICE_LOST' },
] as const;

describe('errors', () => {
  it.each(samples)('$code has its own class, name and code', ({ error, code }) => {
    expect(error.code).toBe(code);
    expect(error.name).toBe(error.constructor.name);
    expect(SparsekError.isInstance(error)).toBe(true);
    const constructors = samples.map((sample) => sample.error.constructor);
    const recognised = constructors.filter(
      (c) => 'isInstance' in c && (c as typeof SparsekError).isInstance(error),
    );
    expect(recognised).toEqual([error.constructor]);
  });

  it('are recognised when another copy of the package made them', () => {
    const foreign = new Error('from elsewhere');
    Object.assign(foreign, { code: 'MASK_SYNTAX' });
    expect(MaskSyntaxError.isInstance(foreign)).toBe(false);
    Object.defineProperty(foreign, Symbol.for('sparsek.error'), { value: true });
    expect(foreign instanceof MaskSyntaxError).toBe(false);
    expect(MaskSyntaxError.isInstance(foreign)).toBe(true);
  });

  it('keep the cause', () => {
    const cause = new RangeError('inner');
    expect(new InvalidFileError('a.npy', 'ends early', { cause }).cause).toBe(cause);
  });

  it.each([
    [null, 'null'],
    [Number.NaN, 'NaN'],
    [12, '12'],
    ['abc', '"abc"'],
    [new Int32Array(3), 'Int32Array of length 3'],
    [[1, 'x'], '[1, "x"]'],
    [new Map(), 'an object of type Map'],
    ['y'.repeat(200), `"${'y'.repeat(80)}..."`],
  ])('describe %s for people', (value, text) => {
    expect(new InvalidArgumentError('n', 'a count', value).message).toBe(
      `Expected a count for n but received ${text}`,
    );
  });
});
