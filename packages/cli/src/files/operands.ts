import type { LoadedMatrix, ReadMatrixOptions } from '@sparsek/bsr/io';
import type { BlockShape, BsrMatrix, DenseMatrix, Dtype } from '@sparsek/types';
import type { CliContext } from '../context.js';
import { UsageError } from '../exit-codes.js';
import { startProgress } from '../output/progress.js';

/** A factor of a product and the file it came from. */
export type Operand =
  | { readonly kind: 'bsr'; readonly path: string; readonly matrix: BsrMatrix }
  | { readonly kind: 'dense'; readonly path: string; readonly matrix: DenseMatrix };

export interface Operands {
  readonly a: Operand;
  readonly b: Operand;
  readonly dtype: Dtype;
}

export interface OperandOptions {
  readonly block?: BlockShape;
  readonly dtype?: Dtype;
}

/** Reads the factors of a product, at least one of them sparse, in one dtype and in blocks that fit each other. */
export async function readOperands(
  aPath: string,
  bPath: string,
  options: OperandOptions,
  context: CliContext,
): Promise<Operands> {
  const { DEFAULT_BLOCK_SHAPE, readMatrix, toBsr } = await import('@sparsek/bsr/io');
  const { convertValues } = await import('@sparsek/bsr');
  const progress = startProgress(context, 'reading');
  try {
    const read = async (path: string, from: number): Promise<LoadedMatrix> =>
      readMatrix(path, {
        signal: context.signal,
        onProgress: (fraction) => progress.update(from + fraction / 2),
        ...(options.dtype && { dtype: options.dtype }),
      });
    const [aLoaded, bLoaded] = [await read(aPath, 0), await read(bPath, 0.5)];
    if (aLoaded.kind === 'dense' && bLoaded.kind === 'dense') {
      throw new UsageError(
        `Expected at least one sparse matrix for A and B but ${aPath} and ${bPath} are both dense; ` +
          'make one sparse with "sparsek convert IN OUT.npz --block 16x16" or "sparsek prune"',
      );
    }
    const dtype = options.dtype ?? commonDtype(aLoaded, bLoaded);
    const inDtype = <M extends BsrMatrix | DenseMatrix>(matrix: M): M => ({
      ...matrix,
      dtype,
      values: convertValues(matrix.values, matrix.dtype, dtype),
    });
    const operand = (loaded: LoadedMatrix, path: string, blocks: BlockShape): Operand => {
      if (loaded.kind === 'dense') return { kind: 'dense', path, matrix: inDtype(loaded) };
      const asOnes: ReadMatrixOptions = { dtype };
      return { kind: 'bsr', path, matrix: inDtype(toBsr(loaded, blocks, path, asOnes)) };
    };
    const blocks = options.block ?? DEFAULT_BLOCK_SHAPE;
    const aBlocks =
      aLoaded.kind === 'bsr' ? aLoaded.blockShape : aLoaded.kind === 'dense' ? undefined : blocks;
    const own = bLoaded.kind === 'bsr' ? bLoaded.blockShape : blocks;
    // Both sparse: B's blocks are as high as A's are wide.
    const bBlocks: BlockShape = aBlocks === undefined ? own : [aBlocks[1], own[1]];
    return { a: operand(aLoaded, aPath, aBlocks ?? blocks), b: operand(bLoaded, bPath, bBlocks), dtype };
  } finally {
    progress.stop();
  }
}

/** The dtype that both have; f32 where they differ. A pattern takes the other's. */
function commonDtype(a: LoadedMatrix, b: LoadedMatrix): Dtype {
  const ofA = a.kind === 'pattern' ? undefined : a.dtype;
  const ofB = b.kind === 'pattern' ? undefined : b.dtype;
  if (ofA === undefined || ofB === undefined) return ofA ?? ofB ?? 'f32';
  return ofA === ofB ? ofA : 'f32';
}
