import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bsrToDense } from '@sparsek/bsr';
import type { AttentionData, CaseData, SpmmData } from '../case/data.js';
import { blockLists } from './block-lists.js';
import { flexBlocks, type MaskArray } from './flex-blocks.js';
import { maskRule } from './mask-rule.js';
import { makeOwnFolder } from './own-folder.js';

/** An array that a peer reads: a file of the bare elements in row order, little-endian. bf16 travels as 16-bit words. */
export interface StoredArray {
  readonly path: string;
  readonly dtype: 'f32' | 'f16' | 'bf16' | 'i32' | 'i8';
  readonly shape: readonly number[];
}

/** What a peer reads of a case. */
export interface PeerInputs {
  readonly arrays: Readonly<Record<string, StoredArray>>;
  /** How to tell visible pairs, of attention. */
  readonly mask?: unknown;
}

/** Which arrays a peer reads; making and storing the dense A is expensive. */
export type PeerForm = 'dense' | 'bsr' | 'attention' | 'blocks' | 'flex' | 'flex-64';

type Elements = Float32Array | Uint16Array | Int32Array | Int8Array;

/** Arrays that have been stored for the peers, each once. */
export interface PeerFiles extends AsyncDisposable {
  /** Stores what is missing; forgets the files that only earlier cases needed. */
  inputs(data: CaseData, form: PeerForm): Promise<PeerInputs>;
  /** Paths that were deleted since the last call, for peers that keep what they read. */
  forgotten(): readonly string[];
  readonly folder: () => Promise<string>;
}

interface Stored extends StoredArray {
  readonly elements: Elements;
}

export function createPeerFiles(): PeerFiles {
  let made: Promise<string> | undefined;
  let current: CaseData | undefined;
  let number = 0;
  let files: Stored[] = [];
  let used = new Set<Stored>();
  let gone: string[] = [];
  const folder = () => {
    made ??= makeOwnFolder();
    return made;
  };

  async function store(elements: Elements, dtype: StoredArray['dtype'], shape: readonly number[]) {
    // The same elements in another shape need no other file.
    let found = files.find((file) => sameElements(file.elements, elements));
    if (!found) {
      const path = join(await folder(), `${number++}.bin`);
      await writeFile(path, new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength));
      found = { path, dtype, shape, elements };
      files.push(found);
    }
    used.add(found);
    return { path: found.path, dtype, shape };
  }

  async function beginCase(data: CaseData) {
    if (data === current) return;
    current = data;
    const kept = files.filter((file) => used.has(file));
    for (const file of files) {
      if (used.has(file)) continue;
      await rm(file.path, { force: true });
      gone.push(file.path);
    }
    files = kept;
    used = new Set();
  }

  return {
    folder,
    async inputs(data, form) {
      await beginCase(data);
      switch (data.operation) {
        case 'spmm':
          return form === 'dense' ? denseInputs(data, store) : bsrInputs(data, store);
        case 'attention':
          return attentionInputs(data, form, store);
        case 'convert':
          return { arrays: {} };
      }
    },
    forgotten() {
      const paths = gone;
      gone = [];
      return paths;
    },
    async [Symbol.asyncDispose]() {
      // Whoever asked for a folder that could not be made has been told so.
      const folder = await made?.catch(() => undefined);
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

const sameElements = (a: Elements, b: Elements) =>
  a.buffer === b.buffer && a.byteOffset === b.byteOffset && a.byteLength === b.byteLength;

type Store = (
  elements: Elements,
  dtype: StoredArray['dtype'],
  shape: readonly number[],
) => Promise<StoredArray>;

async function denseInputs({ a, b }: SpmmData, store: Store): Promise<PeerInputs> {
  const dense = bsrToDense(a);
  return {
    arrays: {
      a: await store(dense.values, dense.dtype, dense.shape),
      b: await store(b.values, b.dtype, b.shape),
    },
  };
}

async function bsrInputs({ a, b }: SpmmData, store: Store): Promise<PeerInputs> {
  const { indptr, indices, blockShape, dtype, values } = a;
  return {
    arrays: {
      values: await store(values, dtype, [indices.length, ...blockShape]),
      indptr: await store(indptr, 'i32', [indptr.length]),
      indices: await store(indices, 'i32', [indices.length]),
      b: await store(b.values, b.dtype, b.shape),
    },
  };
}

async function attentionInputs(data: AttentionData, form: PeerForm, store: Store): Promise<PeerInputs> {
  const { q, k, v, sinks } = data;
  const tensors = {
    q: await store(q.values, q.dtype, q.shape),
    k: await store(k.values, k.dtype, k.shape),
    v: await store(v.values, v.dtype, v.shape),
    ...(sinks && { sinks: await store(sinks, 'f32', [sinks.length]) }),
  };
  const { mask: told, arrays: lists } = maskInputs(data, form);
  const arrays: Record<string, StoredArray> = { ...tensors };
  for (const [name, { elements, dtype, shape }] of Object.entries(lists)) {
    arrays[name] = await store(elements, dtype, shape);
  }
  return told === undefined ? { arrays } : { arrays, mask: told };
}

/** What a peer is told of a mask that it does not know by name, and the arrays that go with it. */
function maskInputs(
  data: AttentionData,
  form: PeerForm,
): { mask?: unknown; arrays: Record<string, MaskArray> } {
  switch (form) {
    case 'blocks': {
      const { arrays, ...told } = blockLists(data.mask, data.q.shape[1]);
      return { mask: told, arrays };
    }
    case 'flex':
    case 'flex-64': {
      const blocks = flexBlocks(data.mask, data.q.shape[1], form === 'flex' ? 128 : 64);
      const { rule, arrays } = maskRule(data);
      return { mask: { ...rule, hasBlocks: blocks !== undefined }, arrays: { ...blocks, ...arrays } };
    }
    default:
      return { arrays: {} };
  }
}
