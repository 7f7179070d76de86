import {
  type AttentionInputs,
  type AttentionProblem,
  type AttentionTensor,
  type Dtype,
  InvalidArgumentError,
  InvalidMaskError,
} from '@sparsek/types';
import { checkBlockMask } from '../check/mask.js';
import {
  checkChoice,
  checkDtype,
  checkExtent,
  checkFloats,
  checkObject,
  checkOutputDtype,
  checkValues,
} from './arguments.js';

/**
 * Checks what `planAttention` is given; with `validate`, the mask's structure too, in time linear in what it stores.
 *
 * @throws InvalidArgumentError for an argument of the wrong type or range.
 * @throws InvalidMaskError where the parts of the mask contradict each other or the problem.
 */
export function checkAttentionProblem(problem: AttentionProblem, validate: boolean): void {
  checkObject(problem, 'problem');
  const { batch, heads, kvHeads, headDim, valueDim = headDim, mask, scale, softcap } = problem;
  checkExtent(batch, 'batch');
  checkExtent(heads, 'heads', 1);
  checkExtent(kvHeads, 'kvHeads', 1);
  if (heads % kvHeads !== 0) {
    throw new InvalidArgumentError('heads', `a multiple of kvHeads (${kvHeads})`, heads);
  }
  checkExtent(headDim, 'headDim', 1);
  checkExtent(valueDim, 'valueDim', 1);
  checkDtype(problem.dtype, 'dtype');
  checkOutputDtype(problem.outputDtype);
  checkChoice(problem.layout, ['bhsd', 'bshd'], 'layout');
  if (scale !== undefined && !Number.isFinite(scale)) {
    throw new InvalidArgumentError('scale', 'a finite number', scale);
  }
  if (softcap !== undefined && !(Number.isFinite(softcap) && softcap > 0)) {
    throw new InvalidArgumentError('softcap', 'a positive number', softcap);
  }
  if (validate) checkBlockMask(mask, 'mask');
  checkMaskExtent('batches', mask.batches, 'batch', batch);
  checkMaskExtent('heads', mask.heads, 'heads', heads);
}

/** One pattern for all, or one for each. */
function checkMaskExtent(name: string, extent: number, of: string, problemExtent: number): void {
  if (extent === 1 || extent === problemExtent) return;
  throw new InvalidMaskError(
    `Expected 1 or ${problemExtent} (${of}) for mask.${name} but received ${extent}`,
  );
}

/**
 * Checks what a plan of a checked problem is run with, in constant time. Whether arrays overlap is not checked.
 *
 * @throws InvalidArgumentError for an argument of the wrong type, shape or dtype.
 */
export function checkAttentionInputs(problem: AttentionProblem, inputs: AttentionInputs): void {
  checkObject(inputs, 'inputs');
  const { heads, kvHeads, headDim, valueDim = headDim, mask, dtype, outputDtype = dtype } = problem;
  checkTensor(inputs.q, attentionShape(problem, heads, mask.queryLength, headDim), dtype, 'q');
  checkTensor(inputs.k, attentionShape(problem, kvHeads, mask.keyLength, headDim), dtype, 'k');
  checkTensor(inputs.v, attentionShape(problem, kvHeads, mask.keyLength, valueDim), dtype, 'v');
  checkFloats(inputs.sinks, heads, 'sinks');
  checkFloats(inputs.alibiSlopes, heads, 'alibiSlopes');
  if (inputs.out !== undefined) {
    checkTensor(inputs.out, attentionShape(problem, heads, mask.queryLength, valueDim), outputDtype, 'out');
  }
}

/** Extents of a tensor in the order of the problem's layout. */
export function attentionShape(
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
  checkObject(tensor, name);
  const { shape: received } = tensor;
  const fits =
    Array.isArray(received) && received.length === 4 && shape.every((n, axis) => received[axis] === n);
  if (!fits) throw new InvalidArgumentError(`${name}.shape`, `[${shape.join(', ')}]`, received);
  if (tensor.dtype !== dtype) throw new InvalidArgumentError(`${name}.dtype`, `'${dtype}'`, tensor.dtype);
  const length = shape.reduce((product, extent) => product * extent, 1);
  checkValues(tensor.values, dtype, length, `${name}.values`);
}
