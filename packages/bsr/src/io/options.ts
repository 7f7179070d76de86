import type { BlockShape, Dtype, RunOptions } from '@sparsek/types';
import type { DuplicateRule } from '../construct/scalar-formats.js';

/** Options of everything that reads a file. */
export interface ReadOptions extends RunOptions {
  /**
   * Values are rounded once to this dtype. Default: the file's own, with f64, integers and booleans as f32. With
   * `bf16`, 16-bit unsigned words in `.npy` are taken as bfloat16 bits, not as integers.
   */
  readonly dtype?: Dtype;
  /**
   * Largest size of what one file may decompress to, in bytes. Default: 64 times the file's size, at least 256 MiB;
   * real data stay far below, archives made to fill the memory do not.
   */
  readonly maxBytes?: number;
}

/** Options of reading a sparse matrix. */
export interface ReadMatrixOptions extends ReadOptions {
  /** Sparse matrices come back as BSR of this block shape. Default: the file's own structure. */
  readonly blockShape?: BlockShape;
  /** What to do when a file holds two entries at one place. Default `error`; SciPy adds them up. */
  readonly duplicates?: DuplicateRule;
}

/** Options of everything that writes a file. */
export interface WriteOptions extends Pick<RunOptions, 'signal'> {
  /** Deflate the entries of an `.npz`, as `scipy.sparse.save_npz` does. Default false: values rarely shrink. */
  readonly compress?: boolean;
}
