import type {
  Activation,
  AttentionLayout,
  BlockShape,
  Dtype,
  OperationName,
  Precision,
  Shape,
  StorageOrder,
} from '@sparsek/types';

/**
 * Test cases as plain JSON: no typed arrays, no functions, no infinities, so that any language can replay them.
 * Structures are spelled out; values come from the case's seed as docs/validation.md specifies.
 */
export type Case = SpmmCase | SddmmCase | SpgemmCase | Spmm24Case | AttentionCase;

/** How strictly a result is compared: see docs/validation.md. */
export type BoundsKind =
  /** Rounding bounds, and the norm-wise bounds for values of unit variance. */
  | 'full'
  /** Rounding bounds only: cancellation or extreme values make the norm-wise ones meaningless. */
  | 'rounding'
  /** Every sum is exact in float32, so the result is the exact one, rounded once. */
  | 'exact';

interface CaseBase {
  /** Unique within an operation, dtype and list. */
  readonly name: string;
  readonly operation: OperationName;
  /** Key of the generator: an integer from 0 to 2^53 - 1. */
  readonly seed: number;
  readonly dtype: Dtype;
  readonly outputDtype?: Dtype;
  /** Default `full`. */
  readonly bounds?: BoundsKind;
}

export type SpecialNumber = number | 'nan' | 'inf' | '-inf';

/** Values of a tensor. Element numbers are positions in row-major order, whatever the storage. */
export interface ValueSpec {
  /** Element n is `mean + deviation * normal(n)` in float32 from the tensor's stream, then rounded to the dtype. */
  readonly mean?: number;
  readonly deviation?: number;
  /** Instead of normal values: element n is an integer from -integers to integers, from `below(n, 2 integers + 1)`. */
  readonly integers?: number;
  /** Elements of the second half change their sign. */
  readonly cancelling?: boolean;
  /** Written last. */
  readonly set?: readonly (readonly [begin: number, end: number, value: SpecialNumber])[];
}

/** A dense matrix: its values and how it lies in memory. */
export interface DenseSpec extends ValueSpec {
  readonly order?: StorageOrder;
  /** How much the leading dimension exceeds the tightly packed one. The gap holds NaN. */
  readonly padding?: number;
}

export interface PatternSpec {
  readonly shape: Shape;
  readonly blockShape: BlockShape;
  readonly indptr: readonly number[];
  readonly indices: readonly number[];
}

interface Epilogue {
  readonly denseExtent: number;
  readonly dense: DenseSpec;
  readonly activation?: Activation;
  readonly alpha?: number;
  readonly beta?: number;
  /** Handed in even when beta is 0, where it must not be read. */
  readonly c?: DenseSpec;
  /** The result goes where `c` lies. */
  readonly inPlace?: boolean;
  readonly bias?: ValueSpec;
}

export interface SpmmCase extends CaseBase, Epilogue {
  readonly operation: 'spmm';
  readonly pattern: PatternSpec;
  readonly side?: 'left' | 'right';
  readonly transpose?: boolean;
  readonly precision?: Precision;
  /** Stored values; padding outside the shape is then set to 0. */
  readonly a: ValueSpec;
}

export interface SddmmCase extends CaseBase {
  readonly operation: 'sddmm';
  readonly pattern: PatternSpec;
  readonly inner: number;
  readonly a: DenseSpec;
  readonly b: DenseSpec;
  readonly alpha?: number;
}

export interface SpgemmCase extends CaseBase {
  readonly operation: 'spgemm';
  readonly a: PatternSpec;
  readonly b: PatternSpec;
  readonly output: 'bsr' | 'dense';
  readonly aValues: ValueSpec;
  readonly bValues: ValueSpec;
  readonly alpha?: number;
}

/**
 * Stored positions of the groups of four: `[first, second]` for every group, or drawn: group g takes pair
 * `below(g, 6)` of (0,1) (0,2) (0,3) (1,2) (1,3) (2,3).
 */
export type PositionsSpec = 'drawn' | readonly [first: number, second: number];

export interface Spmm24Case extends CaseBase, Epilogue {
  readonly operation: 'spmm24';
  /** All of a matrix in 2:4, or block by block: `kinds[p]` 0 dense, 1 compressed. */
  readonly structure:
    | { readonly format: 'sparse24'; readonly shape: Shape }
    | { readonly format: 'hybrid'; readonly pattern: PatternSpec; readonly kinds: readonly number[] };
  readonly positions: PositionsSpec;
  readonly a: ValueSpec;
}

/** A clause of a mask; an end that is null is open, a range that is absent holds everywhere. */
export interface ClauseSpec {
  readonly diagonal?: readonly [min: number | null, max: number | null];
  readonly rows?: readonly [begin: number | null, end: number | null];
  readonly columns?: readonly [begin: number | null, end: number | null];
  readonly document?: 'same' | 'before' | 'after';
}

export type MaskPatternSpec =
  | { readonly kind: 'regular'; readonly clauses: readonly ClauseSpec[] }
  | {
      readonly kind: 'stored';
      readonly indptr: readonly number[];
      readonly indices: readonly number[];
      readonly fill?: readonly number[];
      readonly clauses?: readonly ClauseSpec[];
      readonly bitmaps?: readonly number[];
    };

export interface MaskSpec {
  readonly queryLength: number;
  readonly keyLength: number;
  readonly blockShape: BlockShape;
  readonly patterns: readonly MaskPatternSpec[];
  readonly batches: number;
  readonly heads: number;
  readonly headMap: readonly number[];
  /** Lengths of the packed documents; their sum is keyLength. */
  readonly documents?: readonly number[];
}

export interface AttentionCase extends CaseBase {
  readonly operation: 'attention';
  readonly batch: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly valueDim?: number;
  readonly layout: AttentionLayout;
  readonly mask: MaskSpec;
  readonly scale?: number;
  readonly softcap?: number;
  /** Element numbers of q, k and v follow the order `[batch, heads, seq, dim]` in both layouts. */
  readonly q: ValueSpec;
  readonly k: ValueSpec;
  readonly v: ValueSpec;
  readonly sinks?: ValueSpec;
  readonly alibiSlopes?: readonly number[];
  readonly lse: boolean;
  /** How many rows are compared, evenly spread and with both ends; the others must be numbers. Default: all. */
  readonly sampledRows?: number;
}

/** Stream of the generator that each tensor of a case draws from. */
export const VALUE_STREAMS = {
  a: 0,
  b: 1,
  c: 2,
  bias: 3,
  positions: 4,
  q: 0,
  k: 1,
  v: 2,
  sinks: 3,
} as const;

/** One line for people. */
export function describeCase(testCase: Case): string {
  const dtypes = [testCase.dtype, testCase.outputDtype].filter((dtype) => dtype !== undefined).join(' -> ');
  return `${testCase.operation} ${dtypes}: ${testCase.name} (${extents(testCase)}, seed ${testCase.seed})`;
}

function extents(testCase: Case): string {
  switch (testCase.operation) {
    case 'spmm':
      return `${blocks(testCase.pattern)}, dense extent ${testCase.denseExtent}`;
    case 'sddmm':
      return `${blocks(testCase.pattern)}, inner ${testCase.inner}`;
    case 'spgemm':
      return `${blocks(testCase.a)} times ${blocks(testCase.b)}`;
    case 'spmm24': {
      const { structure } = testCase;
      const a = structure.format === 'hybrid' ? blocks(structure.pattern) : structure.shape.join(' x ');
      return `${structure.format} ${a}, dense extent ${testCase.denseExtent}`;
    }
    case 'attention': {
      const { mask, batch, heads, kvHeads, headDim, layout } = testCase;
      return (
        `batch ${batch}, heads ${heads}/${kvHeads}, dim ${headDim}, ${layout}, ` +
        `${mask.queryLength} queries, ${mask.keyLength} keys, blocks ${mask.blockShape.join(' x ')}`
      );
    }
  }
}

function blocks(pattern: PatternSpec): string {
  return `${pattern.shape.join(' x ')} in ${pattern.indices.length} blocks of ${pattern.blockShape.join(' x ')}`;
}
