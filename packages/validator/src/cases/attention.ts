import type { BlockShape, Dtype } from '@sparsek/types';
import { attentionExtremes } from './attention-values.js';
import type { AttentionCase, ClauseSpec, MaskPatternSpec, MaskSpec } from './case.js';
import {
  DOCUMENT_MASKS,
  drawBitmaps,
  FILLS,
  packedSequences,
  REGULAR_MASKS,
  regular,
  sharedMask,
  stored,
} from './masks.js';
import { randomly, STRUCTURES } from './patterns.js';

export type AttentionDraft = Partial<AttentionCase> & Pick<AttentionCase, 'name'>;

const LENGTHS = [61, 61] as const;
const BLOCK: BlockShape = [16, 16];
const CAUSAL = regular({ diagonal: [null, 0] });
const NO_MASK = regular({});

const BLOCK_SHAPES: readonly BlockShape[] = [
  [1, 1],
  [8, 8],
  [16, 32],
  [32, 16],
  [64, 16],
  [32, 32],
  [64, 64],
  [128, 64],
  [128, 128],
];
const LENGTH_PAIRS: readonly (readonly [number, number])[] = [
  [1, 1],
  [1, 64],
  [1, 65],
  [2, 200],
  [64, 1],
  [33, 97],
  [97, 33],
  [63, 63],
  [64, 64],
  [65, 65],
  [127, 129],
  [0, 5],
  [5, 0],
];
const HEADS: readonly (readonly [heads: number, kvHeads: number])[] = [
  [1, 1],
  [4, 4],
  [4, 2],
  [6, 1],
  [7, 7],
  [10, 2],
  [8, 1],
];
const DIMS: readonly (readonly [headDim: number, valueDim: number])[] = [
  [1, 1],
  [8, 8],
  [16, 16],
  [20, 20],
  [32, 32],
  [64, 64],
  [72, 72],
  [96, 96],
  [128, 128],
  [64, 32],
  [32, 64],
  [16, 48],
  [128, 64],
  [192, 192],
  [256, 256],
  [192, 128],
  [7, 130],
];

/** Hand-picked cases of `attention` for one dtype. */
export function attentionCases(seed: number, dtype: Dtype): AttentionCase[] {
  const drafts = [
    ...maskDrafts(seed),
    ...structureDrafts(seed),
    ...headDrafts(seed),
    ...extentDrafts(),
    ...packedDrafts(),
    ...scoreDrafts(),
    ...attentionExtremes(dtype),
  ];
  return drafts.map((draft, index) => ({
    operation: 'attention',
    seed: seed + 100 + index,
    dtype,
    batch: 1,
    heads: 2,
    kvHeads: 1,
    headDim: 16,
    layout: index % 2 === 0 ? 'bhsd' : 'bshd',
    mask: sharedMask(LENGTHS, BLOCK, CAUSAL),
    q: {},
    k: {},
    v: index % 3 === 0 ? { mean: 2 } : {},
    lse: true,
    ...draft,
  }));
}

function maskDrafts(seed: number): AttentionDraft[] {
  const drafts: AttentionDraft[] = [];
  for (const [name, clauses] of Object.entries(REGULAR_MASKS)) {
    for (const [queries, keys] of [
      [61, 61],
      [23, 61],
      [61, 23],
    ] as const) {
      const mask = sharedMask([queries, keys], BLOCK, regular(...clauses));
      drafts.push({ name: `${name}, ${queries} x ${keys}`, mask });
    }
  }
  const documents = [7, 1, 16, 20, 17];
  for (const [name, clauses] of Object.entries(DOCUMENT_MASKS)) {
    drafts.push({ name, mask: sharedMask(LENGTHS, BLOCK, regular(...clauses), documents) });
    const late = sharedMask([20, 61], BLOCK, regular(...clauses), documents);
    drafts.push({ name: `${name}, last 20 queries`, mask: late });
    const early = sharedMask([70, 61], BLOCK, regular(...clauses), documents);
    drafts.push({ name: `${name}, 9 queries before the first key`, mask: early });
  }
  const bitmaps = drawBitmaps(seed, BLOCK, 3);
  for (const [name, fillOf] of Object.entries(FILLS)) {
    const partial = { fillOf, bitmaps, clauses: [{ diagonal: [-20, 3] }] as const };
    const pattern = stored(LENGTHS, BLOCK, randomly(seed, 0.6), partial);
    drafts.push({ name: `stored blocks, ${name}`, mask: sharedMask(LENGTHS, BLOCK, pattern) });
  }
  const byDocument = stored(LENGTHS, BLOCK, () => true, {
    fillOf: (p) => (p % 3 === 0 ? 0 : 1),
    clauses: [{ document: 'same' }],
  });
  drafts.push({
    name: 'stored blocks, by document',
    mask: sharedMask(LENGTHS, BLOCK, byDocument, documents),
  });
  return drafts;
}

function structureDrafts(seed: number): AttentionDraft[] {
  const drafts: AttentionDraft[] = [];
  for (const [name, keep] of Object.entries(STRUCTURES)) {
    drafts.push({
      name: `blocks: ${name}`,
      mask: sharedMask([91, 77], BLOCK, stored([91, 77], BLOCK, keep)),
    });
  }
  for (const blockShape of BLOCK_SHAPES) {
    const bitmaps = drawBitmaps(seed + 1, blockShape, 3);
    for (const lengths of [
      [61, 61],
      [blockShape[0] + 3, 2 * blockShape[1] + 1],
    ] as const) {
      const partial = {
        fillOf: FILLS['full, by clauses and by bitmaps']!,
        bitmaps,
        clauses: [{ diagonal: [-20, 9] }] as const,
      };
      const pattern = stored(lengths, blockShape, randomly(seed + 2, 0.6), partial);
      const name = `blocks of ${blockShape.join(' x ')}, ${lengths.join(' x ')}`;
      drafts.push({ name, mask: sharedMask(lengths, blockShape, pattern) });
    }
    drafts.push({
      name: `causal in blocks of ${blockShape.join(' x ')}`,
      mask: sharedMask([70, 70], blockShape, CAUSAL),
    });
  }
  return drafts;
}

function headDrafts(seed: number): AttentionDraft[] {
  const lengths = [37, 45] as const;
  const patterns: MaskPatternSpec[] = [
    CAUSAL,
    regular({ diagonal: [-6, 0] }),
    stored(lengths, BLOCK, randomly(seed + 3, 0.5)),
    regular(),
  ];
  const perHead = (batches: number, heads: number): MaskSpec => ({
    ...sharedMask(lengths, BLOCK, CAUSAL),
    patterns,
    batches,
    heads,
    headMap: Array.from({ length: batches * heads }, (_, h) => (h * 3 + 1) % patterns.length),
  });
  const drafts: AttentionDraft[] = [];
  for (const layout of ['bhsd', 'bshd'] as const) {
    for (const [heads, kvHeads] of HEADS) {
      const base = { heads, kvHeads, layout, batch: 2, headDim: 8 };
      const name = `${heads} heads on ${kvHeads}, ${layout}`;
      drafts.push({ ...base, name, mask: sharedMask(lengths, BLOCK, CAUSAL) });
      drafts.push({ ...base, name: `${name}, a mask a head`, mask: perHead(1, heads) });
      drafts.push({ ...base, name: `${name}, a mask a batch`, mask: perHead(2, 1) });
      drafts.push({ ...base, name: `${name}, a mask a batch and head`, mask: perHead(2, heads) });
    }
  }
  return drafts;
}

function extentDrafts(): AttentionDraft[] {
  return [
    ...LENGTH_PAIRS.flatMap((lengths) => [
      { name: `${lengths.join(' x ')}, causal`, mask: sharedMask(lengths, BLOCK, CAUSAL) },
      { name: `${lengths.join(' x ')}, no mask`, mask: sharedMask(lengths, BLOCK, NO_MASK) },
    ]),
    ...DIMS.flatMap(([headDim, valueDim]) =>
      (['bhsd', 'bshd'] as const).map((layout) => ({
        name: `head dimension ${headDim}, value dimension ${valueDim}, ${layout}`,
        headDim,
        valueDim,
        layout,
        mask: sharedMask([33, 49], BLOCK, CAUSAL),
      })),
    ),
    { name: 'no batch', batch: 0 },
    { name: 'batch of 3', batch: 3 },
  ];
}

/** Batches of sequences of unequal lengths. */
function packedDrafts(): AttentionDraft[] {
  const batches = {
    'sequences of equal queries and keys': [
      [7, 7],
      [1, 1],
      [30, 30],
      [16, 16],
      [9, 9],
    ],
    'more keys than queries': [
      [3, 20],
      [1, 33],
      [17, 17],
      [5, 6],
    ],
    'more queries than keys in one sequence': [
      [9, 20],
      [20, 6],
      [4, 4],
    ],
    'empty sequences': [
      [0, 0],
      [5, 0],
      [0, 9],
      [12, 14],
      [0, 0],
    ],
    'one query each': [
      [1, 40],
      [1, 3],
      [1, 17],
      [1, 1],
    ],
  } satisfies Record<string, readonly (readonly [number, number])[]>;
  const masks: Readonly<Record<string, readonly ClauseSpec[]>> = {
    'no mask': [{}],
    causal: [{ diagonal: [null, 0] }],
    'sinks and window': [{ diagonal: [-5, 0] }, { diagonal: [null, 0], columns: [null, 2] }],
    'global rows': [{ rows: [null, 2] }, { diagonal: [-2, 2] }],
  };
  return Object.entries(batches).flatMap(([batch, sequences]) =>
    Object.entries(masks).map(([name, clauses]) => ({
      name: `packed: ${batch}, ${name}`,
      layout: 'bshd' as const,
      mask: packedSequences(BLOCK, sequences, ...clauses),
    })),
  );
}

function scoreDrafts(): AttentionDraft[] {
  const alibiSlopes = [0.5, 0.0625];
  const windowed = sharedMask(LENGTHS, BLOCK, regular({ diagonal: [-11, 0] }, { columns: [null, 4] }));
  const gaps = sharedMask(LENGTHS, BLOCK, regular({ rows: [20, null], diagonal: [-9, 0] }));
  return [
    { name: 'scale 0', scale: 0 },
    { name: 'negative scale', scale: -0.4 },
    { name: 'softcap', softcap: 2 },
    { name: 'softcap far above the scores', softcap: 50 },
    { name: 'softcap that saturates', softcap: 0.5, scale: 4 },
    { name: 'linear bias', alibiSlopes },
    { name: 'linear bias with keys ahead', alibiSlopes, mask: sharedMask([23, 61], BLOCK, NO_MASK) },
    { name: 'linear bias of slope 0 and of a negative slope', alibiSlopes: [0, -0.1] },
    { name: 'linear bias and window', alibiSlopes, mask: windowed },
    { name: 'sink logits', sinks: {} },
    { name: 'sink logits above all scores', sinks: { mean: 20 } },
    { name: 'sink logits of -Infinity', sinks: { set: [[0, 2, '-inf']] } },
    { name: 'sink logits and window', sinks: {}, mask: windowed },
    { name: 'sink logits and rows that see nothing', sinks: { mean: 1 }, mask: gaps },
    { name: 'softcap, linear bias and sink logits', softcap: 3, alibiSlopes, sinks: {}, mask: windowed },
    {
      name: 'softcap, linear bias, sink logits and rows that see nothing',
      softcap: 3,
      alibiSlopes,
      sinks: {},
      mask: gaps,
    },
    { name: 'no log-sum-exp', lse: false },
    { name: 'result in f32', outputDtype: 'f32' },
    { name: 'result in f16', outputDtype: 'f16' },
    { name: 'result in bf16', outputDtype: 'bf16' },
  ];
}
