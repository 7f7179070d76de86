import { type BsrStatistics, bsrFromDense, bsrToCsr, statistics } from '@sparsek/bsr';
import {
  type LoadedMatrix,
  listSafetensors,
  parseFileName,
  readMatrix,
  readTensor,
  type SafetensorsInfo,
  type Tensor,
  toBsr,
} from '@sparsek/bsr/io';
import type { BlockShape, BsrPattern, Dtype, RunOptions, Shape } from '@sparsek/types';
import { type BlockUse, blockUse } from './block-use.js';

/** A matrix's file as `inspect --json` tells about it. */
export interface MatrixReport {
  readonly file: string;
  readonly kind: LoadedMatrix['kind'];
  readonly shape: Shape;
  /** Absent for a pattern. */
  readonly dtype?: Dtype;
  /** Elements that are not zero; entries of a pattern. */
  readonly nonzeros: number;
  /** Nonzeros as a share of all elements. */
  readonly elementDensity: number;
  /** Entries of the longest row. */
  readonly longestRow: number;
  readonly emptyRows: number;
  /** Memory that the matrix takes as it is stored. */
  readonly bytes: number;
  /** For a file that holds BSR: what its own blocks are like. */
  readonly blocks?: BsrStatistics & { readonly blockShape: BlockShape };
  /** How the nonzeros would lie in blocks of several shapes. */
  readonly blockSizes: readonly BlockUse[];
}

export interface MatrixInspection {
  readonly kind: 'matrix';
  readonly report: MatrixReport;
  /** What to draw: the file's blocks, or its entries. */
  readonly pattern: BsrPattern;
}

export type Inspection =
  | MatrixInspection
  | {
      readonly kind: 'tensor';
      readonly report: {
        readonly file: string;
        readonly dtype: Dtype;
        readonly shape: readonly number[];
        readonly values: number;
      };
    }
  | {
      readonly kind: 'tensors';
      readonly report: { readonly file: string; readonly tensors: readonly SafetensorsInfo[] };
    };

/** Block sizes that kernels are made for. */
const SIZES: readonly BlockShape[] = [
  [8, 8],
  [16, 16],
  [32, 32],
  [64, 64],
  [128, 128],
];

/** Looks at a file of any format. Time and memory follow what it holds. */
export async function inspectFile(
  file: string,
  block: BlockShape | undefined,
  options: RunOptions,
): Promise<Inspection> {
  const { path, format, tensor } = parseFileName(file);
  if (format === 'safetensors' && tensor === undefined) {
    const tensors = await listSafetensors(path);
    if (tensors.length !== 1) return { kind: 'tensors', report: { file, tensors } };
  }
  if (format === 'npy' || format === 'safetensors') {
    const read = await readTensor(file, options);
    if (read.shape.length !== 2) {
      const { dtype, shape, values } = read;
      return { kind: 'tensor', report: { file, dtype, shape, values: values.length } };
    }
    return inspectMatrix(file, denseOf(read), block);
  }
  return inspectMatrix(file, await readMatrix(file, options), block);
}

function denseOf({ shape: [rows = 0, columns = 0], dtype, values }: Tensor): LoadedMatrix {
  return { kind: 'dense', shape: [rows, columns], dtype, values };
}

function inspectMatrix(file: string, matrix: LoadedMatrix, block: BlockShape | undefined): MatrixInspection {
  const entries = entriesOf(matrix, file);
  const [rows, columns] = matrix.shape;
  const nonzeros = entries.indices.length;
  let longestRow = 0;
  let emptyRows = 0;
  for (let row = 0; row < rows; row++) {
    const length = entries.indptr[row + 1]! - entries.indptr[row]!;
    longestRow = Math.max(longestRow, length);
    if (length === 0) emptyRows++;
  }
  const shapes = block === undefined ? SIZES : [block, ...SIZES];
  const report: MatrixReport = {
    file,
    kind: matrix.kind,
    shape: [rows, columns],
    ...(matrix.kind !== 'pattern' && { dtype: matrix.dtype }),
    nonzeros,
    elementDensity: nonzeros === 0 ? 0 : nonzeros / (rows * columns),
    longestRow,
    emptyRows,
    bytes: bytesOf(matrix),
    ...(matrix.kind === 'bsr' && { blocks: { blockShape: matrix.blockShape, ...statistics(matrix) } }),
    blockSizes: shapes.map((shape) => blockUse(entries, shape)),
  };
  return { kind: 'matrix', report, pattern: matrix.kind === 'bsr' ? matrix : entries };
}

/** Where a matrix is not zero, element by element. */
function entriesOf(matrix: LoadedMatrix, file: string): BsrPattern {
  if (matrix.kind === 'pattern') return matrix;
  const blocks =
    matrix.kind === 'dense'
      ? bsrFromDense(matrix, [1, 1])
      : toBsr(matrix, matrix.kind === 'bsr' ? matrix.blockShape : [1, 1], file);
  const { shape, indptr, indices } = bsrToCsr(blocks);
  return { shape, blockShape: [1, 1], indptr, indices };
}

function bytesOf(matrix: LoadedMatrix): number {
  let bytes = 0;
  for (const part of Object.values(matrix)) if (ArrayBuffer.isView(part)) bytes += part.byteLength;
  return bytes;
}
