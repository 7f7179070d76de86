import { checkBlockMask } from '@sparsek/bsr';
import {
  type AttentionInputs,
  type AttentionProblem,
  type AttentionTensor,
  type Dtype,
  InvalidArgumentError,
  InvalidMaskError,
} from '@sparsek/types';
import {
  checkApart,
  checkChoice,
  checkCount,
  checkDtype,
  checkFloats,
  checkObject,
  checkOutputDtype,
  checkValues,
} from './arguments.js';

/** Widest head that the kernels take. */
const MOST_DIM = 2 ** 20;

export function checkAttentionProblem(problem: AttentionProblem, validate: boolean): void {
  checkCount(problem.batch, 'batch');
  checkCount(problem.heads, 'heads', 1);
  checkCount(problem.kvHeads, 'kvHeads', 1);
  if (problem.heads % problem.kvHeads !== 0) {
    throw new InvalidArgumentError('heads', `a multiple of kvHeads (${problem.kvHeads})`, problem.heads);
  }
  checkDim(problem.headDim, 'headDim');
  if (problem.valueDim !== undefined) checkDim(problem.valueDim, 'valueDim');
  checkDtype(problem.dtype, 'dtype');
  checkOutputDtype(problem.outputDtype);
  checkChoice(problem.layout, ['bhsd', 'bshd'], 'layout');
  if (problem.scale !== undefined && !Number.isFinite(problem.scale)) {
    throw new InvalidArgumentError('scale', 'a finite number', problem.scale);
  }
  const { softcap } = problem;
  if (softcap !== undefined && !(Number.isFinite(softcap) && softcap > 0)) {
    throw new InvalidArgumentError('softcap', 'a positive number', softcap);
  }
  if (validate) checkBlockMask(problem.mask);
  const { mask, batch, heads } = problem;
  if (mask.batches !== 1 && mask.batches !== batch) {
    throw new InvalidMaskError(
      `Expected 1 or ${batch} (batch) for mask.batches but received ${mask.batches}`,
    );
  }
  if (mask.heads !== 1 && mask.heads !== heads) {
    throw new InvalidMaskError(`Expected 1 or ${heads} (heads) for mask.heads but received ${mask.heads}`);
  }
}

function checkDim(value: unknown, name: string): void {
  checkCount(value, name, 1);
  if ((value as number) > MOST_DIM) throw new InvalidArgumentError(name, `at most ${MOST_DIM}`, value);
}

export function checkAttentionInputs(problem: AttentionProblem, inputs: AttentionInputs): void {
  checkObject(inputs, 'inputs');
  const { heads, kvHeads, headDim, mask, dtype } = problem;
  const valueDim = problem.valueDim ?? headDim;
  checkTensor(inputs.q, tensorShape(problem, heads, mask.queryLength, headDim), dtype, 'q');
  checkTensor(inputs.k, tensorShape(problem, kvHeads, mask.keyLength, headDim), dtype, 'k');
  checkTensor(inputs.v, tensorShape(problem, kvHeads, mask.keyLength, valueDim), dtype, 'v');
  checkFloats(inputs.sinks, heads, 'sinks');
  checkFloats(inputs.alibiSlopes, heads, 'alibiSlopes');
  if (inputs.out === undefined) return;
  const shape = tensorShape(problem, heads, mask.queryLength, valueDim);
  checkTensor(inputs.out, shape, problem.outputDtype ?? dtype, 'out');
  const { q, k, v, sinks, alibiSlopes, out } = inputs;
  checkApart(out.values, q.values, 'q');
  checkApart(out.values, k.values, 'k');
  checkApart(out.values, v.values, 'v');
  checkApart(out.values, sinks, 'sinks');
  checkApart(out.values, alibiSlopes, 'alibiSlopes');
}

/** Extents in the order of the problem's layout. */
export function tensorShape(
  problem: Pick<AttentionProblem, 'batch' | 'layout'>,
  heads: number,
  length: number,
  dim: number,
): AttentionTensor['shape'] {
  const { batch, layout } = problem;
  return layout === 'bhsd' ? [batch, heads, length, dim] : [batch, length, heads, dim];
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
  const length = shape.reduce((product, extent) => product * extent, 1);
  checkValues(tensor.values, dtype, length, `${name}.values`);
}
