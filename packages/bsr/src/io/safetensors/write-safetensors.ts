import { type DenseMatrix, InvalidArgumentError } from '@sparsek/types';
import { checkDense } from '../../check/dense.js';
import { type ByteSink, writeAtomically } from '../bytes/atomic-write.js';
import { byteViews } from '../bytes/views.js';
import { rowMajorParts } from '../npy/write-npy.js';
import type { WriteOptions } from '../options.js';
import { checkTensor, type Tensor } from '../tensor.js';
import { NAME_OF } from './dtypes.js';

/** Writes a file that holds one matrix. The format knows rows only: a matrix in column order is transposed. */
export async function writeSafetensors(
  path: string,
  name: string,
  matrix: DenseMatrix,
  options: WriteOptions = {},
): Promise<void> {
  checkDense(matrix);
  checkName(name);
  await writeAtomically(path, options, async (sink) => {
    const bytes = matrix.shape[0] * matrix.shape[1] * matrix.values.BYTES_PER_ELEMENT;
    await writeHeader(sink, { [name]: describe(matrix.dtype, matrix.shape, 0, bytes) });
    for (const part of rowMajorParts(matrix)) {
      for (const bytes of byteViews(part)) await sink.write(bytes);
    }
  });
}

/** Writes a file that holds tensors of any number of axes, by name. */
export async function writeSafetensorsFile(
  path: string,
  tensors: Readonly<Record<string, Tensor>>,
  options: WriteOptions = {},
): Promise<void> {
  const all = Object.entries(tensors);
  let end = 0;
  const described = all.map(([name, tensor]) => {
    checkName(name);
    checkTensor(tensor, name);
    const begin = end;
    end += tensor.values.byteLength;
    return [name, describe(tensor.dtype, tensor.shape, begin, end)];
  });
  // Not by assignment, which would take a tensor named "__proto__" for something else.
  const header: Readonly<Record<string, unknown>> = Object.fromEntries(described);
  await writeAtomically(path, options, async (sink) => {
    await writeHeader(sink, header);
    for (const [, tensor] of all) {
      for (const bytes of byteViews(tensor.values)) await sink.write(bytes);
    }
  });
}

function describe(dtype: Tensor['dtype'], shape: readonly number[], begin: number, end: number) {
  return { dtype: NAME_OF[dtype], shape, data_offsets: [begin, end] };
}

function checkName(name: string): void {
  if (name === '' || name === '__metadata__') {
    throw new InvalidArgumentError('name', 'the name of a tensor (FILE.safetensors#NAME)', name);
  }
}

/** Blanks fill the header up to a multiple of 8 bytes, so that tensors are aligned. */
async function writeHeader(sink: ByteSink, header: Readonly<Record<string, unknown>>): Promise<void> {
  const json = Buffer.from(JSON.stringify(header), 'utf8');
  const padding = (8 - (json.length % 8)) % 8;
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length + padding));
  await sink.write(Buffer.concat([length, json, Buffer.alloc(padding, ' ')]));
}
