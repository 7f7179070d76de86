import { type BlockShape, type BsrPattern, InvalidArgumentError } from '@sparsek/types';
import { checkBlockShape } from '../check/arguments.js';
import { checkPattern } from '../check/bsr.js';
import { checkCompressed } from '../check/compressed.js';
import type { CsrMatrix } from '../construct/scalar-formats.js';
import { allocateInt32 } from '../values/allocate.js';

/** Rows looked at for one cluster while block columns are followed, which keeps the time linear in the rows. */
const MOST_VISITS = 1 << 14;
/** Rows that compete for the places of one cluster. */
const MOST_CANDIDATES = 1024;

export interface RowClustering {
  /** New row i is old row `permutation[i]`, for `permuteRows` or `permuteCsrRows`. */
  readonly permutation: Int32Array;
  /** Blocks of the asked shape that are needed before and after. */
  readonly blocksBefore: number;
  readonly blocksAfter: number;
}

/**
 * Orders rows so that rows which touch the same block columns share block rows, which raises the fill of the blocks.
 *
 * A greedy clustering: a cluster starts with the first row left and takes, until it has `blockShape[0]` rows, the row
 * that shares most block columns with the cluster, then needs fewest new ones, then comes first. (The idea of grouping
 * rows by the similarity of their quantised patterns is that of Labini et al., "Blocking Techniques for Sparse Matrix
 * Multiplication on Tensor Accelerators", 2022.) When the order found needs no fewer blocks than the old one, the
 * permutation is the identity. Deterministic. At most 16384 rows are looked at and
 * 1024 compete for each cluster, so that time is linear in rows and entries.
 *
 * @param matrix compressed sparse rows (values are not read), or a pattern of blocks of 1 x 1 elements.
 * @param blockShape the block shape that the reordered matrix is meant for.
 */
export function clusterRows(
  matrix: Pick<CsrMatrix, 'shape' | 'indptr' | 'indices'> | BsrPattern,
  blockShape: BlockShape,
): RowClustering {
  checkBlockShape(blockShape, 'blockShape');
  if ('blockShape' in matrix) {
    checkPattern(matrix, 'matrix');
    if (matrix.blockShape[0] !== 1 || matrix.blockShape[1] !== 1) {
      throw new InvalidArgumentError('matrix.blockShape', '[1, 1] (see bsrToCsr)', matrix.blockShape);
    }
  } else {
    const names = { matrix: 'matrix', row: 'row', column: 'column' };
    checkCompressed(matrix.indptr, matrix.indices, matrix.shape[0], matrix.shape[1], false, names);
  }
  const height = blockShape[0];
  const rows = quantise(matrix.indptr, matrix.indices, matrix.shape, blockShape[1]);
  const identity = allocateInt32(matrix.shape[0]).map((_, row) => row);
  const permutation = cluster(rows, height);
  const blocksBefore = countBlocks(rows, identity, height);
  const blocksAfter = countBlocks(rows, permutation, height);
  if (blocksAfter < blocksBefore) return { permutation, blocksBefore, blocksAfter };
  return { permutation: identity, blocksBefore, blocksAfter: blocksBefore };
}

/** Block columns of every row, each once. */
interface QuantisedRows {
  readonly indptr: Int32Array;
  readonly columns: Int32Array;
  readonly blockColumns: number;
}

function quantise(
  indptr: Int32Array,
  indices: Int32Array,
  shape: readonly [number, number],
  width: number,
): QuantisedRows {
  const rows = shape[0];
  const blockColumns = Math.ceil(shape[1] / width);
  const met = allocateInt32(blockColumns);
  const pointers = allocateInt32(rows + 1);
  const columns = allocateInt32(indices.length);
  let count = 0;
  for (let row = 0; row < rows; row++) {
    for (let e = indptr[row]!; e < indptr[row + 1]!; e++) {
      const column = Math.floor(indices[e]! / width);
      if (met[column] === row + 1) continue;
      met[column] = row + 1;
      columns[count++] = column;
    }
    pointers[row + 1] = count;
  }
  return { indptr: pointers, columns: columns.slice(0, count), blockColumns };
}

function cluster(rows: QuantisedRows, height: number): Int32Array {
  const count = rows.indptr.length - 1;
  const { columnPointers, columnRows } = rowsByColumn(rows);
  const permutation = allocateInt32(count);
  const placed = new Uint8Array(count);
  const overlap = allocateInt32(count);
  /** Cluster + 1 that holds a block column. */
  const held = allocateInt32(rows.blockColumns);
  let next = 0;
  for (let filled = 0; filled < count; ) {
    const clusterEnd = Math.min(count, filled + height);
    const mark = filled + 1;
    const candidates: number[] = [];
    let visits = MOST_VISITS;
    while (filled < clusterEnd) {
      let row = bestCandidate(candidates, overlap, placed, rows.indptr);
      if (row < 0) {
        while (placed[next] === 1) next++;
        row = next;
      }
      placed[row] = 1;
      permutation[filled++] = row;
      for (let e = rows.indptr[row]!; e < rows.indptr[row + 1]!; e++) {
        const column = rows.columns[e]!;
        if (held[column] === mark) continue;
        held[column] = mark;
        const begin = columnPointers[column]!;
        const end = columnPointers[column + 1]!;
        if (end - begin > visits) continue;
        visits -= end - begin;
        for (let i = begin; i < end; i++) {
          const other = columnRows[i]!;
          if (placed[other] === 1) continue;
          if (overlap[other] === 0) {
            if (candidates.length === MOST_CANDIDATES) continue;
            candidates.push(other);
          }
          overlap[other]!++;
        }
      }
    }
    for (const row of candidates) overlap[row] = 0;
  }
  return permutation;
}

function bestCandidate(
  candidates: readonly number[],
  overlap: Int32Array,
  placed: Uint8Array,
  indptr: Int32Array,
): number {
  let best = -1;
  let bestShared = 0;
  let bestSize = 0;
  for (const row of candidates) {
    if (placed[row] === 1) continue;
    const shared = overlap[row]!;
    const size = indptr[row + 1]! - indptr[row]!;
    const better =
      shared > bestShared ||
      (shared === bestShared && (size < bestSize || (size === bestSize && row < best)));
    if (!better) continue;
    best = row;
    bestShared = shared;
    bestSize = size;
  }
  return best;
}

function rowsByColumn(rows: QuantisedRows): { columnPointers: Int32Array; columnRows: Int32Array } {
  const columnPointers = allocateInt32(rows.blockColumns + 1);
  for (const column of rows.columns) columnPointers[column + 1]!++;
  for (let c = 0; c < rows.blockColumns; c++) columnPointers[c + 1]! += columnPointers[c]!;
  const next = columnPointers.slice(0, -1);
  const columnRows = allocateInt32(rows.columns.length);
  for (let row = 0; row + 1 < rows.indptr.length; row++) {
    for (let e = rows.indptr[row]!; e < rows.indptr[row + 1]!; e++)
      columnRows[next[rows.columns[e]!]!++] = row;
  }
  return { columnPointers, columnRows };
}

/** Blocks of `height` rows that an order of the rows needs. */
function countBlocks(rows: QuantisedRows, permutation: Int32Array, height: number): number {
  const met = allocateInt32(rows.blockColumns);
  let blocks = 0;
  for (let i = 0; i < permutation.length; i++) {
    const mark = Math.floor(i / height) + 1;
    const row = permutation[i]!;
    for (let e = rows.indptr[row]!; e < rows.indptr[row + 1]!; e++) {
      const column = rows.columns[e]!;
      if (met[column] === mark) continue;
      met[column] = mark;
      blocks++;
    }
  }
  return blocks;
}
