import { checkBlockMask } from '@sparsek/bsr';
import {
  type AttentionInputs,
  type AttentionLayout,
  type AttentionProblem,
  type AttentionTensor,
  type Dtype,
  InvalidArgumentError,
  InvalidMaskError,
} from '@sparsek/types';
import {
  checkChoice,
  checkCount,
  checkDtype,
  checkFinite,
  checkFloats,
  checkObject,
  checkValues,
} from './arguments.js';

export function checkAttentionProblem(problem: AttentionProblem, validate: boolean): void {
  checkCount(problem.batch, 'batch');
  checkCount(problem.heads, 'heads', 1);
  checkCount(problem.kvHeads, 'kvHeads', 1);
  if (problem.heads % problem.kvHeads !== 0) {
    throw new InvalidArgumentError('heads', `a multiple of kvHeads (${problem.kvHeads})`, problem.heads);
  }
  checkCount(problem.headDim, 'headDim', 1);
  if (problem.valueDim !== undefined) checkCount(problem.valueDim, 'valueDim', 1);
  checkDtype(problem.dtype, 'dtype');
  if (problem.outputDtype !== undefined) checkDtype(problem.outputDtype, 'outputDtype');
  checkChoice(problem.layout, ['bhsd', 'bshd'], 'layout');
  checkFinite(problem.scale, 'scale');
  const { softcap } = problem;
  if (softcap !== undefined && !(Number.isFinite(softcap) && softcap > 0)) {
    throw new InvalidArgumentError('softcap', 'a positive number', softcap);
  }
  if (validate) checkBlockMask(problem.mask);
  checkMaskExtent(problem);
}

function checkMaskExtent({ mask, batch, heads }: AttentionProblem): void {
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
  const { heads, kvHeads, headDim, mask, dtype } = problem;
  const valueDim = problem.valueDim ?? headDim;
  checkTensor(inputs.q, attentionShape(problem, heads, mask.queryLength, headDim), dtype, 'q');
  checkTensor(inputs.k, attentionShape(problem, kvHeads, mask.keyLength, headDim), dtype, 'k');
  checkTensor(inputs.v, attentionShape(problem, kvHeads, mask.keyLength, valueDim), dtype, 'v');
  checkFloats(inputs.sinks, heads, 'sinks');
  checkFloats(inputs.alibiSlopes, heads, 'alibiSlopes');
  if (inputs.out !== undefined) {
    const shape = attentionShape(problem, heads, mask.queryLength, valueDim);
    checkTensor(inputs.out, shape, problem.outputDtype ?? dtype, 'out');
  }
}

/** Extents in the order of the problem's layout. */
export function attentionShape(
  problem: { readonly batch: number; readonly layout: AttentionLayout },
  heads: number,
  length: number,
  dim: number,
): AttentionTensor['shape'] {
  return problem.layout === 'bhsd'
    ? [problem.batch, heads, length, dim]
    : [problem.batch, length, heads, dim];
}

function checkTensor(
  tensor: AttentionTensor,
  shape: AttentionTensor['shape'],
  dtype: Dtype,
  name: string,
): void {
  checkObject(tensor, name);
  const right = Array.isArray(tensor.shape) && tensor.shape.length === 4;
  if (!right || shape.some((extent, axis) => tensor.shape[axis] !== extent)) {
    throw new InvalidArgumentError(`${name}.shape`, `[${shape.join(', ')}]`, tensor.shape);
  }
  if (tensor.dtype !== dtype) throw new InvalidArgumentError(`${name}.dtype`, `'${dtype}'`, tensor.dtype);
  checkValues(
    tensor.values,
    dtype,
    shape.reduce((a, b) => a * b, 1),
    `${name}.values`,
  );
}
