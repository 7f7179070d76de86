import type { BsrPattern, HybridMatrix, Sparse24Matrix } from '@sparsek/types';
import { decode } from '../numeric/values.js';

/**
 * Stored elements of a sparse matrix as coordinates. Padding outside the shape is left out; a stored zero is kept,
 * since zero times infinity is not a number.
 */
export interface StoredElements {
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

/** Where an element of `values` stands in the matrix. */
type Visit = (row: number, column: number, position: number) => void;

/** Every stored element of a block-sparse matrix inside its shape, in storage order. */
export function visitBlocks(pattern: BsrPattern, visit: Visit): void {
  const [height, width] = pattern.blockShape;
  for (let blockRow = 0; blockRow + 1 < pattern.indptr.length; blockRow++) {
    for (let p = pattern.indptr[blockRow]!; p < pattern.indptr[blockRow + 1]!; p++) {
      for (let i = 0; i < height * width; i++) {
        const row = blockRow * height + Math.floor(i / width);
        const column = pattern.indices[p]! * width + (i % width);
        if (row < pattern.shape[0] && column < pattern.shape[1]) visit(row, column, p * height * width + i);
      }
    }
  }
}

export function blockElements(pattern: BsrPattern, values: Float64Array): StoredElements {
  return collect((add) =>
    visitBlocks(pattern, (row, column, position) => add(row, column, values[position]!)),
  );
}

/** The two stored elements of every group of four, whatever their values. */
export function sparse24Elements(matrix: Sparse24Matrix): StoredElements {
  const [rows, columns] = matrix.shape;
  const values = decode(matrix.values, matrix.dtype);
  return collect((add) => {
    for (let s = 0; s < (rows * columns) / 2; s++) {
      const row = Math.floor(s / (columns / 2));
      const column = 4 * (Math.floor(s / 2) % (columns / 4)) + storedPosition(matrix.metadata, s);
      add(row, column, values[s]!);
    }
  });
}

/** Stored elements of dense blocks, and the two stored elements of every group of four of compressed blocks. */
export function hybridElements(matrix: HybridMatrix): StoredElements {
  const [height, width] = matrix.blockShape;
  const area = height * width;
  const values = decode(matrix.values, matrix.dtype);
  return collect((add) => {
    let valueStart = 0;
    let metadataStart = 0;
    for (let blockRow = 0; blockRow + 1 < matrix.indptr.length; blockRow++) {
      for (let p = matrix.indptr[blockRow]!; p < matrix.indptr[blockRow + 1]!; p++) {
        const compressed = matrix.kinds[p] === 1;
        const stored = compressed ? area / 2 : area;
        const metadata = matrix.metadata.subarray(metadataStart, metadataStart + area / 8);
        for (let s = 0; s < stored; s++) {
          const dense = compressed ? 4 * Math.floor(s / 2) + storedPosition(metadata, s) : s;
          const row = blockRow * height + Math.floor(dense / width);
          const column = matrix.indices[p]! * width + (dense % width);
          if (row < matrix.shape[0] && column < matrix.shape[1]) add(row, column, values[valueStart + s]!);
        }
        valueStart += stored;
        if (compressed) metadataStart += area / 8;
      }
    }
  });
}

/** Place within its group of four of stored element s: two bits an element, lowest first, four elements a byte. */
function storedPosition(metadata: Uint8Array, s: number): number {
  return (metadata[Math.floor(s / 4)]! >>> (2 * (s % 4))) & 3;
}

function collect(emit: (add: (row: number, column: number, value: number) => void) => void): StoredElements {
  const rows: number[] = [];
  const columns: number[] = [];
  const values: number[] = [];
  emit((row, column, value) => {
    rows.push(row);
    columns.push(column);
    values.push(value);
  });
  return {
    rows: Int32Array.from(rows),
    columns: Int32Array.from(columns),
    values: Float64Array.from(values),
  };
}
