import { type BlockShape, DTYPES, type Dtype, type OperationName, type Shape } from '@sparsek/types';
import type {
  Case,
  DenseSpec,
  PatternSpec,
  SddmmCase,
  SpgemmCase,
  Spmm24Case,
  SpmmCase,
  ValueSpec,
} from './case.js';
import { createDraw, type Draw } from './draw.js';
import type { Level } from './list.js';
import { pattern, randomly } from './patterns.js';
import { randomAttention } from './random-attention.js';

/** Largest extents of random cases. */
const LARGEST: Readonly<Record<Level, number>> = { quick: 90, thorough: 300 };

/** Distance between the seeds of two random cases, so that lists of different seeds do not overlap soon. */
const SEED_STEP = 1_000_003;

/** Random cases of one operation: everything about case i follows from the seed and i. */
export function randomCases(
  seed: number,
  count: number,
  operation: OperationName,
  level: Level = 'quick',
): Case[] {
  return Array.from({ length: count }, (_, i) => {
    const own = seed + SEED_STEP * (i + 1);
    const draw = createDraw(own);
    return RANDOM[operation]({ seed: own, dtype: draw.choose(DTYPES), name: `random ${i}` }, draw, level);
  });
}

const RANDOM: Readonly<Record<OperationName, (common: Common, draw: Draw, level: Level) => Case>> = {
  spmm: randomSpmm,
  sddmm: randomSddmm,
  spgemm: randomSpgemm,
  spmm24: randomSpmm24,
  attention: randomAttention,
};

export interface Common {
  readonly seed: number;
  readonly dtype: Dtype;
  readonly name: string;
}

function randomSpmm(common: Common, draw: Draw, level: Level): SpmmCase {
  const blockShape = drawBlockShape(draw, level);
  return {
    ...common,
    operation: 'spmm',
    pattern: drawPattern(common.seed, draw, [drawExtent(draw, level), drawExtent(draw, level)], blockShape),
    side: draw.choose(['left', 'right']),
    transpose: draw.chance(0.5),
    a: drawValues(draw),
    ...drawEpilogue(draw, level),
  };
}

function randomSddmm(common: Common, draw: Draw, level: Level): SddmmCase {
  const blockShape = drawBlockShape(draw, level);
  return {
    ...common,
    operation: 'sddmm',
    pattern: drawPattern(common.seed, draw, [drawExtent(draw, level), drawExtent(draw, level)], blockShape),
    inner: drawExtent(draw, level),
    a: drawDense(draw),
    b: drawDense(draw),
    ...(draw.chance(0.3) && { alpha: draw.choose([-1, 0.5, 3]) }),
    ...drawOutput(draw),
  };
}

function randomSpgemm(common: Common, draw: Draw, level: Level): SpgemmCase {
  const left = drawBlockShape(draw, level);
  const right: BlockShape = [left[1], drawBlockShape(draw, level)[1]];
  const inner = drawExtent(draw, level);
  return {
    ...common,
    operation: 'spgemm',
    a: drawPattern(common.seed, draw, [drawExtent(draw, level), inner], left),
    b: drawPattern(common.seed + 1, draw, [inner, drawExtent(draw, level)], right),
    output: draw.choose(['bsr', 'dense']),
    aValues: drawValues(draw),
    bValues: drawValues(draw),
    ...drawOutput(draw),
  };
}

function randomSpmm24(common: Common, draw: Draw, level: Level): Spmm24Case {
  const rows = drawExtent(draw, level);
  const columns = 8 * Math.ceil(drawExtent(draw, level) / 8);
  const blockShape: BlockShape = [draw.choose([8, 16, 32, 64]), draw.choose([8, 16, 32, 64])];
  const blocks = drawPattern(common.seed, draw, [rows, columns], blockShape);
  const kinds = blocks.indices.map(() => draw.integer(0, 1));
  return {
    ...common,
    operation: 'spmm24',
    structure: draw.chance(0.5)
      ? { format: 'sparse24', shape: [rows, columns] }
      : { format: 'hybrid', pattern: blocks, kinds },
    positions: 'drawn',
    a: drawValues(draw),
    ...drawEpilogue(draw, level),
  };
}

function drawEpilogue(
  draw: Draw,
  level: Level,
): Pick<SpmmCase, 'denseExtent' | 'dense' | 'activation' | 'alpha' | 'beta' | 'c' | 'bias' | 'outputDtype'> {
  return {
    denseExtent: draw.chance(0.3) ? draw.integer(1, 8) : drawExtent(draw, level),
    dense: drawDense(draw),
    activation: draw.choose(['none', 'none', 'relu', 'gelu', 'silu']),
    ...(draw.chance(0.4) && { alpha: draw.choose([-1, 0.5, 3]) }),
    ...(draw.chance(0.4) && { beta: draw.choose([1, -0.25, 2]), c: drawDense(draw) }),
    ...(draw.chance(0.4) && { bias: {} }),
    ...drawOutput(draw),
  };
}

function drawOutput(draw: Draw): { outputDtype?: Dtype } {
  return draw.chance(0.3) ? { outputDtype: draw.choose(DTYPES) } : {};
}

function drawBlockShape(draw: Draw, level: Level): BlockShape {
  const usual = level === 'thorough' ? [16, 32, 64, 128] : [1, 2, 4, 8, 16, 32];
  if (draw.chance(0.7)) {
    const size = draw.choose(usual);
    return [size, size];
  }
  return [draw.integer(1, 40), draw.integer(1, 40)];
}

function drawPattern(seed: number, draw: Draw, shape: Shape, blockShape: BlockShape): PatternSpec {
  return pattern(shape, blockShape, randomly(seed, draw.choose([0, 0.1, 0.3, 0.3, 0.6, 1])));
}

function drawExtent(draw: Draw, level: Level): number {
  return draw.integer(1, LARGEST[level]);
}

function drawDense(draw: Draw): DenseSpec {
  return {
    ...drawValues(draw),
    ...(draw.chance(0.3) && { order: 'column' as const }),
    ...(draw.chance(0.3) && { padding: draw.integer(1, 9) }),
  };
}

function drawValues(draw: Draw): ValueSpec {
  return draw.chance(0.5) ? {} : { mean: draw.choose([-1, 0.5, 2]) };
}
