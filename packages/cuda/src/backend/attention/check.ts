import { checkBlockMask } from '@sparsek/bsr';
import {
  type AttentionInputs,
  type AttentionProblem,
  type AttentionTensor,
  type Dtype,
  InvalidArgumentError,
  InvalidMaskError,
} from '@sparsek/types';
import { checkChoice, checkDtype, checkExtent, checkFloats, checkValues } from '../check.js';

export function checkAttentionProblem(problem: AttentionProblem, validate: boolean): void {
  const { batch, heads, kvHeads, headDim, valueDim = headDim, mask, scale, softcap } = problem;
  checkExtent(batch, 'batch');
  checkExtent(heads, 'heads', 1);
  checkExtent(kvHeads, 'kvHeads', 1);
  if (heads % kvHeads !== 0)
    throw new InvalidArgumentError('heads', `a multiple of ${kvHeads} (kvHeads)`, heads);
  checkExtent(headDim, 'headDim', 1);
  checkExtent(valueDim, 'valueDim', 1);
  checkDtype(problem.dtype, 'dtype');
  if (problem.outputDtype !== undefined) checkDtype(problem.outputDtype, 'outputDtype');
  checkChoice(problem.layout, ['bhsd', 'bshd'], 'layout');
  if (scale !== undefined && !Number.isFinite(scale)) {
    throw new InvalidArgumentError('scale', 'a finite number', scale);
  }
  if (softcap !== undefined && !(Number.isFinite(softcap) && softcap > 0)) {
    throw new InvalidArgumentError('softcap', 'a positive number', softcap);
  }
  if (validate) checkBlockMask(mask, 'mask');
  if (mask.batches !== 1 && mask.batches !== batch) {
    throw new InvalidMaskError(
      `Expected 1 or ${batch} (batch) for mask.batches but received ${mask.batches}`,
    );
  }
  if (mask.heads !== 1 && mask.heads !== heads) {
    throw new InvalidMaskError(`Expected 1 or ${heads} (heads) for mask.heads but received ${mask.heads}`);
  }
}

export function checkAttentionInputs(problem: AttentionProblem, inputs: AttentionInputs): void {
  const { heads, kvHeads, headDim, valueDim = headDim, mask, dtype } = problem;
  checkTensor(inputs.q, tensorShape(problem, heads, mask.queryLength, headDim), dtype, 'q');
  checkTensor(inputs.k, tensorShape(problem, kvHeads, mask.keyLength, headDim), dtype, 'k');
  checkTensor(inputs.v, tensorShape(problem, kvHeads, mask.keyLength, valueDim), dtype, 'v');
  checkFloats(inputs.sinks, heads, 'sinks');
  checkFloats(inputs.alibiSlopes, heads, 'alibiSlopes');
  if (inputs.out !== undefined) {
    const shape = tensorShape(problem, heads, mask.queryLength, valueDim);
    checkTensor(inputs.out, shape, problem.outputDtype ?? dtype, 'out');
  }
}

/** Extents in the order of the problem's layout. */
export function tensorShape(
  { batch, layout }: Pick<AttentionProblem, 'batch' | 'layout'>,
  heads: number,
  length: number,
  dim: number,
): AttentionTensor['shape'] {
  return layout === 'bhsd' ? [batch, heads, length, dim] : [batch, length, heads, dim];
}

function checkTensor(
  tensor: AttentionTensor,
  shape: AttentionTensor['shape'],
  dtype: Dtype,
  name: string,
): void {
  if (typeof tensor !== 'object' || tensor === null) {
    throw new InvalidArgumentError(name, 'a tensor { shape, dtype, values }', tensor);
  }
  const { shape: received } = tensor;
  const fits =
    Array.isArray(received) && received.length === 4 && shape.every((n, axis) => received[axis] === n);
  if (!fits) throw new InvalidArgumentError(`${name}.shape`, `[${shape.join(', ')}]`, received);
  if (tensor.dtype !== dtype) throw new InvalidArgumentError(`${name}.dtype`, `'${dtype}'`, tensor.dtype);
  const count = shape.reduce((product, extent) => product * extent, 1);
  checkValues(tensor.values, dtype, count, `${name}.values`);
}
