import { join } from 'node:path';
import { bsrToDense } from '@sparsek/bsr';
import { writeTensor } from '@sparsek/bsr/io';
import type { Dtype, StoredPattern, Values } from '@sparsek/types';
import type { AttentionData, CaseData, SpmmData } from '../case/data.js';

/** What a peer's `prepare` request holds beside the case: arrays as files, structure inline. */
export interface PeerInputs {
  readonly files: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/** Which arrays of a product a peer reads; making and storing the dense A is expensive. */
export type SparseForm = 'dense' | 'bsr';

/** Stores a case's arrays as .npy files in `folder` for a peer in another process. */
export async function writePeerInputs(data: CaseData, form: SparseForm, folder: string): Promise<PeerInputs> {
  const save = async (name: string, tensor: Tensor) => {
    const path = join(folder, `${name}.npy`);
    await writeTensor(path, tensor);
    return path;
  };
  switch (data.operation) {
    case 'spmm':
      return form === 'dense' ? denseInputs(data, save) : bsrInputs(data, save);
    case 'attention':
      return attentionInputs(data, save);
    case 'convert':
      return { files: {} };
  }
}

interface Tensor {
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  readonly values: Values;
}

type Save = (name: string, tensor: Tensor) => Promise<string>;

async function denseInputs({ a, b }: SpmmData, save: Save): Promise<PeerInputs> {
  return { files: { a: await save('a', bsrToDense(a)), b: await save('b', b) } };
}

async function bsrInputs({ a, b }: SpmmData, save: Save): Promise<PeerInputs> {
  const { indptr, indices, blockShape, dtype, values } = a;
  const blocks = { shape: [indices.length, ...blockShape], dtype, values };
  return {
    files: { values: await save('values', blocks), b: await save('b', b) },
    indptr: Array.from(indptr),
    indices: Array.from(indices),
  };
}

async function attentionInputs({ q, k, v, mask }: AttentionData, save: Save): Promise<PeerInputs> {
  const pattern = mask.patterns[0]!;
  return {
    files: { q: await save('q', q), k: await save('k', k), v: await save('v', v) },
    // JSON has no infinity; null is an open end.
    pattern:
      pattern.kind === 'regular' ? pattern : storedPattern(pattern, mask.keyLength, mask.blockShape[1]),
  };
}

function storedPattern({ indptr, indices, fill }: StoredPattern, keyLength: number, blockWidth: number) {
  return {
    kind: 'stored',
    indptr: Array.from(indptr),
    indices: Array.from(indices),
    blockColumns: Math.ceil(keyLength / blockWidth),
    allFull: fill === undefined || fill.every((code) => code === 0),
  };
}
