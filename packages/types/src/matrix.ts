import type { Dtype, Values } from './dtype.js';

/** `[rows, columns]` in elements. */
export type Shape = readonly [rows: number, columns: number];

/** `[block rows' height R, block columns' width C]` in elements; need not divide the shape. */
export type BlockShape = readonly [rows: number, columns: number];

/** Where the element (r, c) of a dense matrix lies: `row` is C order, `column` is Fortran order. */
export type StorageOrder = 'row' | 'column';

/**
 * A dense matrix over a typed array, without copies.
 *
 * Element (r, c) is `values[r * leadingDimension + c]` in row order and
 * `values[c * leadingDimension + r]` in column order.
 */
export interface DenseMatrix<D extends Dtype = Dtype> {
  readonly shape: Shape;
  readonly dtype: D;
  readonly values: Values<D>;
  /** Default `row`. */
  readonly order?: StorageOrder;
  /** Distance between two rows (row order) or columns (column order), in elements. Default: tightly packed. */
  readonly leadingDimension?: number;
}

/**
 * The structure of a block-sparse matrix, without its values: block compressed sparse rows (BSR), named as in
 * `scipy.sparse.bsr_array`.
 *
 * Block row `r` holds the blocks `indptr[r] .. indptr[r + 1] - 1`; block `p` stands in block column `indices[p]`.
 * Block columns increase strictly within a row. There are `ceil(M / R)` block rows and `ceil(K / C)` block
 * columns.
 */
export interface BsrPattern {
  readonly shape: Shape;
  readonly blockShape: BlockShape;
  /** Length `ceil(M / R) + 1`, from 0 to the number of stored blocks (nnzb), never decreasing. */
  readonly indptr: Int32Array;
  /** Length nnzb. */
  readonly indices: Int32Array;
}

/**
 * A block-sparse matrix (BSR). Block `p` is `values[p * R * C .. (p + 1) * R * C - 1]`, row-major. Edge blocks are
 * stored whole; their part outside the shape is zero.
 */
export interface BsrMatrix<D extends Dtype = Dtype> extends BsrPattern {
  readonly dtype: D;
  /** Length nnzb * R * C. */
  readonly values: Values<D>;
}

/**
 * A matrix in 2:4 structured sparsity: of four neighbours in a row at most two are stored.
 *
 * `values` is row-major `[M, K / 2]`. `metadata` is row-major `[M, K / 8]`: one byte holds two groups of four,
 * the lower group in the low nibble; a nibble holds the positions of the group's two stored elements, the first
 * in its low two bits, strictly increasing (NVIDIA PTX ISA, "Sparse matrix storage" of `mma.sp`). K is a
 * multiple of 8.
 */
export interface Sparse24Matrix<D extends Dtype = Dtype> {
  readonly shape: Shape;
  readonly dtype: D;
  readonly values: Values<D>;
  readonly metadata: Uint8Array;
}

/**
 * A BSR matrix whose stored blocks are, block by block, dense or 2:4-compressed. `kinds[p]` is 0 for a dense
 * block, which takes R * C elements of `values`, and 1 for a compressed block, which takes R * C / 2 elements of
 * `values` and R * C / 8 bytes of `metadata`. Blocks follow each other in storage order; C is a multiple of 8.
 */
export interface HybridMatrix<D extends Dtype = Dtype> extends BsrPattern {
  readonly dtype: D;
  readonly kinds: Uint8Array;
  readonly values: Values<D>;
  readonly metadata: Uint8Array;
}
