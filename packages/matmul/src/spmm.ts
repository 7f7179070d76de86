import type { CallOptions } from '@sparsek/backend';
import { type BsrMatrix, type DenseMatrix, InvalidArgumentError } from '@sparsek/types';
import { describeShape, isList, isSparse, requireDense, requireDtype, requireExtent } from './operands.js';

import { planSpmm, type SpmmRunOptions, type SpmmShapeOptions } from './plan-spmm.js';

export interface SpmmOptions extends SpmmShapeOptions, SpmmRunOptions, CallOptions {}

type Dense = DenseMatrix | readonly DenseMatrix[];

/**
 * C = activation(alpha * A B + beta * C + bias), one of A and B block-sparse, the other dense; `transpose` is of the
 * sparse one. A list of dense matrices, all of one shape, is multiplied over one plan and gives a list.
 *
 * Shapes: A [M, K], B [K, N], C [M, N]. Both have one dtype; products accumulate in float32. For many calls with one
 * sparse matrix, use `planSpmm`.
 *
 * @throws InvalidArgumentError for shapes or dtypes that do not fit, and when both or none are sparse.
 * @throws InvalidMatrixError for a malformed sparse matrix.
 * @throws UnsupportedOperationError, BackendUnavailableError
 */
export function spmm(a: BsrMatrix, b: DenseMatrix, options?: SpmmOptions): Promise<DenseMatrix>;
export function spmm(a: DenseMatrix, b: BsrMatrix, options?: SpmmOptions): Promise<DenseMatrix>;
export function spmm(
  a: BsrMatrix,
  b: readonly DenseMatrix[],
  options?: SpmmOptions,
): Promise<readonly DenseMatrix[]>;
export function spmm(
  a: readonly DenseMatrix[],
  b: BsrMatrix,
  options?: SpmmOptions,
): Promise<readonly DenseMatrix[]>;
export async function spmm(
  a: BsrMatrix | Dense,
  b: BsrMatrix | Dense,
  options: SpmmOptions = {},
): Promise<Dense> {
  if (isSparse(a)) {
    if (isSparse(b))
      throw new InvalidArgumentError('b', 'a dense matrix, since a is sparse (see spgemm),', b);
    return multiply(a, b, 'left', options);
  }
  if (isSparse(b)) return multiply(b, a, 'right', options);
  throw new InvalidArgumentError('a', 'a block-sparse matrix, or b to be one,', a);
}

async function multiply(
  sparse: BsrMatrix,
  dense: Dense,
  side: 'left' | 'right',
  options: SpmmOptions,
): Promise<Dense> {
  const name = side === 'left' ? 'b' : 'a';
  const sparseName = side === 'left' ? 'a' : 'b';
  const list = isList(dense) ? dense : [dense];
  if (list.length === 0) return [];
  for (const [n, matrix] of list.entries()) requireDense(matrix, isList(dense) ? `${name}[${n}]` : name);
  const first = list[0]!;
  const inner = side === 'left' ? 0 : 1;
  const outer = side === 'left' ? 1 : 0;
  const sparseInner = (side === 'left') !== (options.transpose ?? false) ? sparse.shape[1] : sparse.shape[0];
  for (const [n, matrix] of list.entries()) {
    const own = isList(dense) ? `${name}[${n}]` : name;
    requireDtype(matrix.dtype, sparse.dtype, own, sparseName);
    const transposed = options.transpose ? 'the transpose of ' : '';
    requireExtent(
      matrix.shape,
      inner,
      sparseInner,
      own,
      transposed + describeShape(sparseName, sparse.shape),
    );
    requireExtent(matrix.shape, outer, first.shape[outer], own, describeShape(`${name}[0]`, first.shape));
  }
  const extent = first.shape[outer];
  using plan = await planSpmm(sparse, {
    ...options,
    ...(side === 'left' ? { columns: extent } : { rows: extent }),
  });
  return isList(dense) ? (await plan.run(dense, options)).output : (await plan.run(dense, options)).output;
}
