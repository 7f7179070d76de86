import type { Dtype, Values } from './dtype.js';
import type { BlockMask } from './mask.js';
import type { BsrMatrix, BsrPattern, DenseMatrix, HybridMatrix, Sparse24Matrix } from './matrix.js';
import type { AttentionLayout, AttentionTensor } from './tensor.js';

/** `gelu` is x * Phi(x) with the exact normal distribution function; `silu` is x / (1 + exp(-x)). */
export type Activation = 'none' | 'relu' | 'gelu' | 'silu';

/**
 * How float32 inputs may be multiplied: `exact`, with all their bits; or `tf32`, rounded to 10 bits of mantissa first, which
 * tensor cores multiply. Sums are float32 either way. `tf32` is a permission: a backend without such units, and products of
 * other dtypes, stay exact.
 */
export type Precision = 'exact' | 'tf32';

/**
 * C = activation(alpha * op(A) * B + beta * C + bias), A block-sparse, for side `left`;
 * C = activation(alpha * B * op(A) + beta * C + bias) for side `right`.
 */
export interface SpmmProblem {
  readonly pattern: BsrPattern;
  /** Of A's values and of B. */
  readonly dtype: Dtype;
  /** On which side of the dense matrix A stands. Default `left`. */
  readonly side?: 'left' | 'right';
  /** op(A) is A's transpose. Default false. */
  readonly transpose?: boolean;
  /** The dense matrix's other extent: columns of B for `left`, rows of B for `right`. */
  readonly denseExtent: number;
  /** Default: `dtype`. */
  readonly outputDtype?: Dtype;
  /** Default `none`. */
  readonly activation?: Activation;
  /** Default `exact`. */
  readonly precision?: Precision;
}

export interface SpmmInputs {
  /** Values of A, in the pattern's block order. */
  readonly values: Values;
  /** B. */
  readonly dense: DenseMatrix;
  /** Default 1. */
  readonly alpha?: number;
  /** Default 0: then `c` is not read, whatever it holds. */
  readonly beta?: number;
  /** Read when beta is not 0; the result's shape and dtype. Never written. */
  readonly c?: DenseMatrix;
  /** One value a row of op(A) for `left`, one a column of op(A) for `right`: the layer's output features. */
  readonly bias?: Float32Array;
  /** Where the result goes (row order, packed); a new matrix when absent. May share memory with `c`, not with the rest. */
  readonly out?: DenseMatrix;
}

/** C = alpha * A B, computed only at the stored blocks of a layout. A is [M, K], B is [K, N], the layout [M, N]. */
export interface SddmmProblem {
  readonly pattern: BsrPattern;
  readonly dtype: Dtype;
  /** K. */
  readonly inner: number;
  readonly outputDtype?: Dtype;
}

export interface SddmmInputs {
  readonly a: DenseMatrix;
  readonly b: DenseMatrix;
  readonly alpha?: number;
  /** Values of the result; new ones when absent. */
  readonly out?: Values;
}

/** C = alpha * A B, both block-sparse. A's block width equals B's block height. */
export interface SpgemmProblem {
  readonly a: BsrPattern;
  readonly b: BsrPattern;
  readonly dtype: Dtype;
  /** Whether C is dense or BSR (with every block that has at least one product). Default `bsr`. */
  readonly output?: 'bsr' | 'dense';
  readonly outputDtype?: Dtype;
}

export interface SpgemmInputs {
  readonly aValues: Values;
  readonly bValues: Values;
  readonly alpha?: number;
}

/** C = activation(alpha * A B + beta * C + bias), A in 2:4 structured sparsity or a hybrid of dense and 2:4 blocks. */
export interface Spmm24Problem {
  readonly a: Sparse24Matrix | HybridMatrix;
  /** Columns of B. */
  readonly denseExtent: number;
  readonly outputDtype?: Dtype;
  readonly activation?: Activation;
}

/** A's values belong to the plan, since kernels re-order them once; the rest changes from run to run. */
export type Spmm24Inputs = Omit<SpmmInputs, 'values'>;

/** O = softmax(scale * Q K^T + mask) V over visible blocks only. */
export interface AttentionProblem {
  readonly batch: number;
  /** Query heads, a multiple of kvHeads. */
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  /** Width of V and O. Default: headDim. */
  readonly valueDim?: number;
  readonly dtype: Dtype;
  readonly outputDtype?: Dtype;
  readonly layout: AttentionLayout;
  /** Also tells queryLength and keyLength. */
  readonly mask: BlockMask;
  /** Default 1 / sqrt(headDim). */
  readonly scale?: number;
  /** Scores s become softcap * tanh(s / softcap) after scaling, before masking (Gemma 2). Default: none. */
  readonly softcap?: number;
}

export interface AttentionInputs {
  readonly q: AttentionTensor;
  readonly k: AttentionTensor;
  readonly v: AttentionTensor;
  /** One learned logit a query head that joins the softmax's denominator and has no value (gpt-oss). */
  readonly sinks?: Float32Array;
  /** One slope a query head: -slope * |i - j| is added to a score (ALiBi, Press et al. 2021). */
  readonly alibiSlopes?: Float32Array;
  /** Also return the log-sum-exp. Default false. */
  readonly lse?: boolean;
  /** Where O goes; a new tensor when absent. */
  readonly out?: AttentionTensor;
}

export interface AttentionResult {
  /** Same axes as Q, with V's width. A row that sees no key is 0. */
  readonly o: AttentionTensor;
  /**
   * `[batch, heads, queryLength]`, natural logarithm of the softmax's denominator, the sink included;
   * -Infinity where a row sees no key.
   */
  readonly lse?: Float32Array;
}

export type SpgemmResult = BsrMatrix | DenseMatrix;
