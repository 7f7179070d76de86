import {
  type BlockShape,
  type BsrMatrix,
  type BsrPattern,
  type DenseMatrix,
  type Dtype,
  OutOfMemoryError,
} from '@sparsek/types';
import { csrFromCoo, csrFromCsc } from '../construct/csr.js';
import { bsrFromCsr } from '../construct/from-csr.js';
import { bsrFromDense } from '../construct/from-dense.js';
import type { CooMatrix, CsrMatrix } from '../construct/scalar-formats.js';
import { bsrToCoo, bsrToCsr } from '../convert/to-csr.js';
import { bsrToDense } from '../convert/to-dense.js';
import { reblock } from '../structure/reblock.js';
import { allocateValues } from '../values/allocate.js';
import { fromNumbers } from '../values/convert.js';
import type { LoadedMatrix, SparseMatrix } from './loaded.js';

/** Any matrix as BSR. Entries of CSR, CSC and COO stay stored, zero or not; of others, blocks that hold a nonzero. */
export function loadedToBsr(matrix: LoadedMatrix, blockShape: BlockShape): BsrMatrix {
  if (matrix.kind === 'dense') return bsrFromDense(matrix, blockShape);
  if (matrix.kind === 'bsr') {
    return sameBlocks(matrix.blockShape, blockShape) ? plainBsr(matrix) : reblock(matrix, blockShape);
  }
  return bsrFromCsr(loadedToCsr(matrix), blockShape);
}

/** Beyond this, offsets of rows or columns are refused where they dwarf the entries. */
const LARGEST_SPARE_EXTENT = 2 ** 26;
const LARGEST_EXTENT_RATIO = 16;
/** Most elements of a typed array in Node 20. */
const LARGEST_ARRAY = 2 ** 32;

/** Coordinates may have extents of 2^31 and one entry; compressed rows of that would fill the memory. */
function checkExtents({ shape, rows }: CooMatrix): void {
  const [height, width] = shape;
  const most = Math.max(LARGEST_SPARE_EXTENT, LARGEST_EXTENT_RATIO * rows.length);
  if (height > most || width > most) {
    throw new OutOfMemoryError(
      `Cannot compress a matrix of ${height} x ${width} with ${rows.length} entries: its offsets would fill the memory`,
      { requested: 4 * Math.max(height, width) },
    );
  }
}

/** Any matrix as compressed sparse rows. Zeros are left out where a matrix stores blocks or is dense. */
export function loadedToCsr(matrix: LoadedMatrix): CsrMatrix {
  switch (matrix.kind) {
    case 'csr':
      return matrix;
    case 'csc':
      return csrFromCsc(matrix);
    case 'coo':
      checkExtents(matrix);
      return csrFromCoo(matrix);
    case 'bsr':
      return bsrToCsr(matrix);
    case 'pattern':
      return bsrToCsr(patternToBsr(matrix, 'f32'));
    case 'dense':
      return bsrToCsr(bsrFromDense(matrix, [1, 1]));
  }
}

/** Any sparse matrix as coordinates, by row where it is not one already. */
export function loadedToCoo(matrix: LoadedMatrix): CooMatrix {
  if (matrix.kind === 'coo') return matrix;
  if (matrix.kind === 'bsr') return bsrToCoo(matrix);
  const { shape, dtype, indptr, indices, values } = loadedToCsr(matrix);
  return bsrToCoo({ shape, blockShape: [1, 1], dtype, indptr, indices, values }, { keepZeros: true });
}

/** Any matrix as a dense one, row by row where it is not dense already. */
export function loadedToDense(matrix: LoadedMatrix): DenseMatrix {
  if (matrix.kind === 'dense') return matrix;
  const count = matrix.shape[0] * matrix.shape[1];
  if (count > LARGEST_ARRAY) {
    throw new OutOfMemoryError(
      `Cannot make a dense matrix of ${matrix.shape[0]} x ${matrix.shape[1]}: it has more than 2^32 elements`,
      { requested: 4 * count },
    );
  }
  if (matrix.kind === 'bsr') return bsrToDense(matrix);
  return bsrToDense(loadedToBsr(matrix, [1, 1]));
}

/** Where any matrix holds entries, element by element. */
export function loadedToPattern(matrix: LoadedMatrix): BsrPattern {
  const csr = matrix.kind === 'pattern' && sameBlocks(matrix.blockShape, [1, 1]) ? matrix : sortedCsr(matrix);
  return { shape: csr.shape, blockShape: [1, 1], indptr: csr.indptr, indices: csr.indices };
}

function sortedCsr(matrix: LoadedMatrix): BsrPattern {
  return matrix.kind === 'bsr' ? { ...bsrToCsr(matrix), blockShape: [1, 1] } : loadedToBsr(matrix, [1, 1]);
}

/** A pattern with the value 1 at every element of its blocks that lies inside the shape. */
export function patternToBsr(pattern: BsrPattern, dtype: Dtype): BsrMatrix {
  const { shape, blockShape, indptr, indices } = pattern;
  const [height, width] = blockShape;
  const one = fromNumbers([1], dtype)[0]!;
  const values = allocateValues(dtype, indices.length * height * width);
  for (let r = 0; r + 1 < indptr.length; r++) {
    const rows = Math.min(height, shape[0] - r * height);
    for (let p = indptr[r]!; p < indptr[r + 1]!; p++) {
      const columns = Math.min(width, shape[1] - indices[p]! * width);
      for (let i = 0; i < rows; i++) {
        const begin = (p * height + i) * width;
        values.fill(one, begin, begin + columns);
      }
    }
  }
  return { shape, blockShape, indptr, indices, dtype, values };
}

export function isSparse(matrix: LoadedMatrix): matrix is SparseMatrix {
  return matrix.kind !== 'dense';
}

export function sameBlocks(a: BlockShape, b: BlockShape): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

function plainBsr({ shape, blockShape, indptr, indices, dtype, values }: BsrMatrix): BsrMatrix {
  return { shape, blockShape, indptr, indices, dtype, values };
}
