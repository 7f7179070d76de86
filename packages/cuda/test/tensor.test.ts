import { bsrFromDense, randomPattern } from '@sparsek/bsr';
import { InvalidArgumentError, InvalidMatrixError } from '@sparsek/types';
import { describe, expect, it } from 'vitest';
import { emptyDense, openDevice, uploadBsr, uploadDense, wrapBsr } from '../src/index.js';
import { findAddon } from '../src/native/load.js';
import { useDriverDouble } from './driver-double/use.js';

const double = useDriverDouble({ 'bsr_check.fatbin': '* 32' });

const count = (length: number) => Uint16Array.from({ length }, (_, i) => i);

describe('dense matrices on the device', () => {
  it('come back as they went', async () => {
    using device = openDevice();
    using matrix = uploadDense(device, {
      shape: [2, 3],
      dtype: 'f32',
      values: Float32Array.of(1, 2, 3, 4, 5, 6),
    });
    expect(await matrix.download()).toEqual({
      shape: [2, 3],
      dtype: 'f32',
      values: Float32Array.of(1, 2, 3, 4, 5, 6),
    });
  });

  it('keep their leading dimension and are packed on the way back', async () => {
    using device = openDevice();
    const values = count(4 + 4 + 3);
    using matrix = uploadDense(device, { shape: [3, 3], dtype: 'bf16', values, leadingDimension: 4 });
    expect(matrix.memory.bytes).toBe(22);
    expect([...(await matrix.download()).values]).toEqual([0, 1, 2, 4, 5, 6, 8, 9, 10]);
  });

  it('have views of rows and columns over the same memory', async () => {
    using device = openDevice();
    using matrix = uploadDense(device, { shape: [4, 4], dtype: 'f16', values: count(16) });
    const part = matrix.rows(1, 3).columns(2, 4);
    expect(part.memory.address).toBe(matrix.memory.address + 12n);
    expect([...(await part.download()).values]).toEqual([6, 7, 10, 11]);
    device.stream.fill(part.memory.view(0, 2), 0xffff, 2);
    expect((await matrix.download()).values[6]).toBe(0xffff);
    part[Symbol.dispose]();
    expect(matrix.memory.bytes).toBe(32);
    expect((await matrix.rows(2, 2).download()).values).toHaveLength(0);
    expect(() => matrix.rows(3, 5)).toThrow('Expected a range within [0, 4) for rows');
  });

  it('are checked, and column order is refused by name', () => {
    using device = openDevice();
    const wrong = { shape: [2, 2] as const, dtype: 'f32' as const, values: new Float32Array(3) };
    expect(() => uploadDense(device, wrong)).toThrow(InvalidMatrixError);
    const column = { ...wrong, values: new Float32Array(4), order: 'column' as const };
    expect(() => uploadDense(device, column)).toThrow(/Expected row for matrix\.order/);
    expect(device.memory().pool.used).toBe(0);
  });

  it('can start empty', () => {
    using device = openDevice();
    using matrix = emptyDense(device, [5, 8], 'f16');
    expect(matrix).toMatchObject({ shape: [5, 8], dtype: 'f16', leadingDimension: 8 });
    expect(matrix.memory.bytes).toBe(80);
  });
});

describe('block-sparse matrices on the device', () => {
  const dense = { shape: [6, 6] as const, dtype: 'f32' as const, values: new Float32Array(36) };
  dense.values[0] = 1;
  dense.values[35] = 2;
  const matrix = bsrFromDense(dense, [2, 2]);

  it('come back as they went, and free all parts', async () => {
    using device = openDevice();
    const uploaded = uploadBsr(device, matrix);
    expect(await uploaded.download()).toEqual(matrix);
    uploaded[Symbol.dispose]();
    expect(device.memory().pool.used).toBe(0);
  });

  it('free what they took when the device is full', () => {
    double.set({ MEMORY: 1024 });
    using device = openDevice();
    const pattern = randomPattern({ shape: [64, 64], blockShape: [8, 8], density: 0.5 });
    const large = { ...pattern, dtype: 'f32' as const, values: new Float32Array(32 * 64) };
    expect(() => uploadBsr(device, large)).toThrow(/requested 8\.0 KiB/);
    expect(device.memory().pool.used).toBe(0);
  });

  it('are made of parts that are there already, checked on the device', async () => {
    using device = openDevice();
    using first = uploadBsr(device, matrix);
    const parts = {
      shape: matrix.shape,
      blockShape: matrix.blockShape,
      dtype: matrix.dtype,
      indptr: first.deviceIndptr,
      indices: first.deviceIndices,
      values: first.deviceValues,
    };
    const wrapped = await wrapBsr(device, parts);
    expect(wrapped.indices).toEqual(matrix.indices);
    expect(double.calls('cuLaunchKernelEx')[0]).toMatch(/^cuLaunchKernelEx sparsek_check_bsr /);
    double.forget();
    await wrapBsr(device, parts, { validate: false });
    expect(double.calls('cuLaunchKernelEx')).toEqual([]);
    await expect(wrapBsr(device, { ...parts, shape: [8, 6] })).rejects.toThrow(InvalidArgumentError);
  });

  it('have faults that are told in words', () => {
    const addon = findAddon();
    if (!addon.found) throw new Error(addon.reason);
    const none = 0xffff_ffff;
    // Two reports, for the at most 8 block rows of each: low and high word.
    const describeReports = (...words: readonly number[]) =>
      addon.binding.describeCheck(Uint32Array.from(words), 9, 4, 5);
    const say = (place: number, fault: number) => describeReports(none, none, place * 8 + fault, 0);
    expect(describeReports(none, none, none, none)).toBe('');
    expect(say(2, 2)).toMatch(/never decreases.*block row 2/);
    expect(say(9 + 1, 4)).toMatch(/from 0 to 3 but indices\[1\]/);
    expect(say(9 + 2, 5)).toMatch(/increase strictly.*indices\[2\]/);
    expect(describeReports((9 + 2) * 8 + 5, 0, (9 + 1) * 8 + 4, 0)).toMatch(/indices\[1\]/);
    expect(() => describeReports(none, none)).toThrow(
      'Expected 16 elements for the bytes of reports but received 8',
    );
  });
});
