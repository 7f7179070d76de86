import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { isVisible } from '@sparsek/bsr';
import { describe, expect, it } from 'vitest';
import { makeMask } from '../src/case/masks.js';
import type { AttentionCase } from '../src/case/schema.js';
import { blockLists } from '../src/peers/block-lists.js';
import { attentionCase } from './cases.js';

const python = spawnSync('python3', ['-c', 'import numpy'], { encoding: 'utf8' });
const missing =
  python.status === 0 ? undefined : `no python3 with NumPy (${python.error?.message ?? python.stderr})`;
if (missing !== undefined) console.warn(`skipped: adapters of attention libraries: ${missing}`);

interface Answer {
  readonly skipped?: string;
  readonly unconcerned?: boolean;
  readonly shape?: readonly number[];
  /** [batch, head, query, key]: 1 + the head of K for a key that the query saw. */
  readonly seen?: readonly (readonly (readonly (readonly number[])[])[])[];
  readonly used?: readonly string[];
}

/** What the peers make of the cases, with test doubles in place of their libraries. */
function ask(
  requests: readonly { readonly peer: string; readonly case: AttentionCase }[],
): readonly Answer[] {
  const told = requests.map(({ peer, case: benchCase }) => {
    const { arrays, ...mask } = blockLists(makeMask(benchCase), benchCase.heads);
    const lists = Object.entries(arrays).map(([name, { elements, shape }]) => {
      return [name, { elements: [...elements], shape }];
    });
    const sinks = Array.from({ length: benchCase.heads }, () => 0);
    return { peer, case: benchCase, mask, arrays: { ...Object.fromEntries(lists), sinks } };
  });
  const folders = [join(import.meta.dirname, 'python'), join(import.meta.dirname, '..', 'peers')];
  const { status, stdout, stderr } = spawnSync('python3', [join(folders[0]!, 'seen_pairs.py')], {
    encoding: 'utf8',
    input: JSON.stringify(told),
    env: { ...process.env, PYTHONPATH: folders.join(':'), PYTHONDONTWRITEBYTECODE: '1' },
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const BASE: AttentionCase = { ...attentionCase, dtype: 'f16', heads: 4, kvHeads: 4, blockShape: [4, 4] };

/** The doubles need heads as wide as there are keys. */
const make = (change: Partial<AttentionCase>): AttentionCase => {
  const keyLength = change.keyLength ?? 12;
  return { ...BASE, headDim: keyLength, queryLength: keyLength, keyLength, ...change };
};

const FUSED = ['flash-3', 'flash-4', 'flashinfer', 'xformers'];
const CASES: Record<string, Partial<AttentionCase>> = {
  'every key': { mask: 'all' },
  'every key, by its other name': { mask: 'sink:12' },
  'earlier keys': { mask: 'causal' },
  'earlier keys of more than there are queries': { mask: 'causal', queryLength: 5 },
  'a window': { mask: 'window:3' },
  'a window over more keys than queries': { mask: 'window:3', queryLength: 5 },
  'heads that share K and V': { mask: 'causal', kvHeads: 2 },
  'packed documents': { mask: { kind: 'documents', lengths: [5, 1, 6] } },
  'packed documents, heads that share K and V': { mask: { kind: 'documents', lengths: [7, 5] }, kvHeads: 1 },
};
const BLOCKS: Record<string, Partial<AttentionCase>> = {
  'random blocks': { mask: { kind: 'random-blocks', density: 0.4 } },
  'oblong blocks that share K and V': {
    ...{ mask: { kind: 'random-blocks', density: 0.4 }, kvHeads: 2, blockShape: [2, 3] },
  },
  'a mask a head': { mask: { kind: 'random-blocks', density: 0.4, perHead: true } },
  'a mask a head, in blocks that do not divide the tokens': {
    ...{ mask: { kind: 'random-blocks', density: 0.4, perHead: true }, queryLength: 10, keyLength: 15 },
  },
  'blocks over more keys than queries': { mask: { kind: 'random-blocks', density: 0.4 }, queryLength: 5 },
};

/** What should be seen, by the mask itself. */
function visible(benchCase: AttentionCase) {
  const { batch, heads, kvHeads, queryLength, keyLength } = benchCase;
  const mask = makeMask(benchCase);
  const range = (count: number) => Array.from({ length: count }, (_, index) => index);
  return range(batch).map((b) =>
    range(heads).map((head) => {
      const shared = 1 + Math.floor((head * kvHeads) / heads);
      return range(queryLength).map((i) =>
        range(keyLength).map((j) => (isVisible(mask, mask.batches === 1 ? 0 : b, head, i, j) ? shared : 0)),
      );
    }),
  );
}

describe.skipIf(missing !== undefined)('the adapters of attention libraries', () => {
  const requests = [
    ...Object.entries(CASES).flatMap(([name, change]) =>
      FUSED.map((peer) => ({ name, peer, case: make(change) })),
    ),
    ...Object.entries(BLOCKS).map(([name, change]) => ({
      ...{ name, peer: 'flashinfer-blocks', case: make(change) },
    })),
    // Two sequences, where a call takes them.
    ...['flash-3', 'flash-4', 'xformers'].flatMap((peer) => [
      { name: 'a batch', peer, case: make({ mask: 'window:3', batch: 2 }) },
      {
        ...{ name: 'a batch of packed documents', peer },
        case: make({ mask: { kind: 'documents', lengths: [7, 5] }, batch: 2 }),
      },
    ]),
  ];
  const answers = missing === undefined ? ask(requests) : [];

  it.each(requests.map((request, index) => ({ ...request, index })))('$peer sees $name', (request) => {
    const { seen, shape } = answers[request.index]!;
    const { batch, heads, queryLength, headDim } = request.case;
    expect(shape).toEqual([batch, heads, queryLength, headDim]);
    expect(seen).toEqual(visible(request.case));
  });

  it('leave out what the libraries have not, and say so', () => {
    const random = { kind: 'random-blocks', density: 0.4 } as const;
    const found = ask([
      ...FUSED.map((peer) => ({ peer, case: make({ mask: random }) })),
      { peer: 'flashinfer', case: make({ mask: 'causal', batch: 2 }) },
      { peer: 'flashinfer-blocks', case: make({ mask: 'causal' }) },
      { peer: 'flashinfer-blocks', case: make({ mask: 'dilated:8,2' }) },
      { peer: 'flashinfer-blocks', case: make({ mask: { ...random, perHead: true }, kvHeads: 2 }) },
      { peer: 'flashinfer-blocks', case: make({ mask: random, keyLength: 14 }) },
      { peer: 'flash-3', case: make({ mask: { kind: 'documents', lengths: [7, 5] }, queryLength: 5 }) },
    ]);
    expect(found.map(({ skipped, unconcerned }) => [skipped, unconcerned])).toEqual([
      ...FUSED.map(() => ['has no such mask', true]),
      ['takes one sequence a call', false],
      ['FlashInfer has kernels for this mask', true],
      ['some blocks are visible in part, for which it wants every pair as a bit', false],
      ['takes one mask for all heads that share K and V', false],
      ['the keys are no multiple of 4', false],
      ['documents of another length than the sequence', false],
    ]);
  });

  it('hand sink logits to FlashAttention-4, the one that takes them', () => {
    const peers = [...FUSED, 'flashinfer-blocks'];
    const found = ask(peers.map((peer) => ({ peer, case: make({ mask: 'window:3', sinks: true }) })));
    expect(found.map(({ used, skipped }) => used ?? skipped)).toEqual([
      'has no sink logits',
      ['learnable_sink'],
      'has no sink logits',
      'has no sink logits',
      'has no sink logits',
    ]);
  });
});
