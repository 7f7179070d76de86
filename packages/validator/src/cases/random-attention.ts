import { type BlockShape, DTYPES } from '@sparsek/types';
import type { AttentionCase, ClauseSpec, MaskPatternSpec, MaskSpec } from './case.js';
import type { Draw } from './draw.js';
import type { Level } from './list.js';
import { drawBitmaps, packedSequences, regular, stored } from './masks.js';
import { randomly } from './patterns.js';
import type { Common } from './random.js';

const LONGEST: Readonly<Record<Level, number>> = { quick: 70, thorough: 260 };
const SIZES: Readonly<Record<Level, readonly number[]>> = {
  quick: [8, 16, 16, 32, 64],
  thorough: [16, 32, 64, 64, 128, 128],
};
const DIMS: Readonly<Record<Level, readonly number[]>> = {
  quick: [8, 16, 24, 32],
  thorough: [32, 64, 64, 64, 128, 128, 80, 96, 192, 256, 20],
};

/** A random mask, head arrangement and set of score options. */
export function randomAttention(common: Common, draw: Draw, level: Level): AttentionCase {
  const kvHeads = draw.integer(1, 2);
  const heads = kvHeads * draw.choose([1, 1, 2, 3]);
  const batch = draw.integer(1, 2);
  const headDim = draw.choose(DIMS[level]);
  return {
    ...common,
    operation: 'attention',
    batch,
    heads,
    kvHeads,
    headDim,
    ...(draw.chance(0.2) && { valueDim: draw.choose(DIMS[level]) }),
    layout: draw.choose(['bhsd', 'bshd']),
    mask: draw.chance(0.15) ? drawPacked(draw, level) : drawMask(common.seed, draw, level, batch, heads),
    ...(draw.chance(0.2) && { scale: draw.choose([0.05, 0.3, -0.2]) }),
    ...(draw.chance(0.2) && { softcap: draw.choose([1, 5, 30]) }),
    ...(draw.chance(0.2) && { alibiSlopes: Array.from({ length: heads }, (_, h) => 2 ** -(h + 1)) }),
    ...(draw.chance(0.2) && { sinks: {} }),
    q: {},
    k: {},
    v: draw.chance(0.5) ? {} : { mean: 1 },
    lse: draw.chance(0.7),
    ...(draw.chance(0.2) && { outputDtype: draw.choose(DTYPES) }),
  };
}

function drawMask(seed: number, draw: Draw, level: Level, batch: number, heads: number): MaskSpec {
  const keyLength = draw.integer(1, LONGEST[level]);
  const queryLength = draw.chance(0.5) ? keyLength : draw.choose([1, draw.integer(1, LONGEST[level])]);
  const blockShape: BlockShape = [draw.choose(SIZES[level]), draw.choose(SIZES[level])];
  const documents = drawDocuments(draw, keyLength);
  const count = draw.chance(0.5) ? 1 : draw.integer(2, 3);
  const lengths = [queryLength, keyLength] as const;
  const patterns = Array.from({ length: count }, (_, p) => drawPattern(seed + p, draw, lengths, blockShape));
  const mapHeads = count === 1 || draw.chance(0.3) ? 1 : heads;
  const mapBatches = count === 1 || draw.chance(0.5) ? 1 : batch;
  const headMap = Array.from({ length: mapHeads * mapBatches }, () => draw.integer(0, count - 1));
  return {
    queryLength,
    keyLength,
    blockShape,
    patterns,
    batches: mapBatches,
    heads: mapHeads,
    headMap,
    documents,
  };
}

/** A packed batch of up to six sequences, some of them empty. */
function drawPacked(draw: Draw, level: Level): MaskSpec {
  const longest = Math.floor(LONGEST[level] / 3);
  const sequences = Array.from({ length: draw.integer(1, 6) }, () => {
    const keys = draw.chance(0.1) ? 0 : draw.integer(1, longest);
    const queries = draw.chance(0.4) ? keys : draw.choose([0, 1, draw.integer(1, longest)]);
    return [queries, keys] as const;
  });
  const size = draw.choose(SIZES[level]);
  const clauses = Array.from({ length: draw.integer(1, 2) }, () => {
    const { document: _, ...clause } = drawClause(draw, longest);
    return clause;
  });
  return packedSequences([size, size], sequences, ...clauses);
}

function drawDocuments(draw: Draw, keyLength: number): number[] {
  const lengths: number[] = [];
  for (let rest = keyLength; rest > 0; ) {
    const length = Math.min(rest, draw.integer(1, Math.max(1, Math.ceil(keyLength / 3))));
    lengths.push(length);
    rest -= length;
  }
  return lengths;
}

function drawPattern(
  seed: number,
  draw: Draw,
  lengths: readonly [number, number],
  blockShape: BlockShape,
): MaskPatternSpec {
  const clauses = Array.from({ length: draw.integer(1, 3) }, () => drawClause(draw, lengths[1]));
  if (draw.chance(0.5)) return regular(...clauses);
  const keep = randomly(seed, draw.choose([0.1, 0.4, 0.7, 1]));
  if (draw.chance(0.4)) return stored(lengths, blockShape, keep);
  const bitmaps = drawBitmaps(seed, blockShape, 3);
  return stored(lengths, blockShape, keep, { fillOf: () => draw.integer(0, 4), clauses, bitmaps });
}

function drawClause(draw: Draw, keyLength: number): ClauseSpec {
  const end = (): number | null => (draw.chance(0.5) ? null : draw.integer(-keyLength, keyLength));
  const diagonal = draw.chance(0.7)
    ? ([draw.chance(0.5) ? null : draw.integer(-keyLength, 0), draw.chance(0.6) ? 0 : end()] as const)
    : undefined;
  return {
    ...(diagonal && { diagonal }),
    ...(draw.chance(0.2) && { rows: [end(), end()] as const }),
    ...(draw.chance(0.3) && {
      columns: [end(), draw.chance(0.5) ? null : draw.integer(0, keyLength)] as const,
    }),
    ...(draw.chance(0.3) && { document: draw.choose(['same', 'same', 'before', 'after'] as const) }),
  };
}
