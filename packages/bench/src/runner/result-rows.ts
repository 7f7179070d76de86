import { allocateValues, convertValues } from '@sparsek/bsr';
import type { CudaDevice, DeviceMemory } from '@sparsek/cuda';
import type { Dtype, Values } from '@sparsek/types';
import type { ResultRows } from './contestant.js';

export interface RowsWanted {
  readonly dtype: Dtype;
  /** Elements of a row. */
  readonly columns: number;
  readonly rows: readonly number[];
}

/** Rows of a result in host memory. */
export function selectRows(values: Values, { dtype, columns, rows }: RowsWanted): ResultRows {
  const selected = allocateValues(dtype, rows.length * columns);
  for (const [index, row] of rows.entries()) {
    // A row that is cut short leaves NaN, never a zero that might pass.
    const part = values.subarray(row * columns, (row + 1) * columns);
    selected.fill(NOT_A_NUMBER[dtype], index * columns, (index + 1) * columns);
    selected.set(part, index * columns);
  }
  return { rows: convertValues(selected, dtype, 'f32'), finite: allFinite(values, dtype) };
}

/** The same of a result on a device, all of which is looked at. */
export async function downloadRows(
  device: CudaDevice,
  memory: DeviceMemory,
  wanted: RowsWanted,
): Promise<ResultRows> {
  const { dtype } = wanted;
  const bytes = dtype === 'f32' ? 4 : 2;
  const values = await device.stream.download(memory, allocateValues(dtype, memory.bytes / bytes));
  return selectRows(values, wanted);
}

const NOT_A_NUMBER: Readonly<Record<Dtype, number>> = { f32: Number.NaN, f16: 0xffff, bf16: 0xffff };

/** Fills a result with NaN before it is written once more, so that an element that no run writes fails the check. */
export function poison(values: Values, dtype: Dtype): void {
  values.fill(NOT_A_NUMBER[dtype]);
}

/** Bits of the exponent: all set in infinities and NaN. */
const EXPONENT = { f16: 0x7c00, bf16: 0x7f80 } as const;

function allFinite(values: Values, dtype: Dtype): boolean {
  if (dtype === 'f32') {
    for (let n = 0; n < values.length; n++) if (!Number.isFinite(values[n])) return false;
    return true;
  }
  const mask = EXPONENT[dtype];
  for (let n = 0; n < values.length; n++) if ((values[n]! & mask) === mask) return false;
  return true;
}
