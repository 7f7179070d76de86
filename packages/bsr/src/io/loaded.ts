import type { BsrMatrix, BsrPattern, DenseMatrix } from '@sparsek/types';
import type { CooMatrix, CscMatrix, CsrMatrix } from '../construct/scalar-formats.js';

/** A matrix with a field that tells what it is. */
export type Kinded<K extends string, M> = { readonly kind: K } & M;

/**
 * What a matrix file holds, told apart by `kind`. A `pattern` has no values: it is block-sparse with blocks of 1 x 1.
 */
export type LoadedMatrix =
  | Kinded<'bsr', BsrMatrix>
  | Kinded<'csr', CsrMatrix>
  | Kinded<'csc', CscMatrix>
  | Kinded<'coo', CooMatrix>
  | Kinded<'dense', DenseMatrix>
  | Kinded<'pattern', BsrPattern>;

/** A loaded matrix that is not dense. */
export type SparseMatrix = Exclude<LoadedMatrix, { readonly kind: 'dense' }>;
