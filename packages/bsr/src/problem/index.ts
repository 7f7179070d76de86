/**
 * For authors of backends: the checks that `Backend` asks for, one set for all. Each operation has a check of its
 * problem, for planning, and one of its inputs, for running; shapes that follow from a problem come from here too.
 *
 * @module
 */
export {
  checkChoice,
  checkDtype,
  checkExtent,
  checkFloats,
  checkNumber,
  checkObject,
  checkOutputDtype,
  checkValues,
} from './arguments.js';
export { attentionShape, checkAttentionInputs, checkAttentionProblem } from './check-attention.js';
export { checkSddmmInputs, checkSddmmProblem } from './check-sddmm.js';
export { checkSpgemmInputs, checkSpgemmProblem } from './check-spgemm.js';
export { checkSpmmInputs, checkSpmmProblem, spmmProduct } from './check-spmm.js';
export { checkSpmm24Inputs, checkSpmm24Problem, spmm24Product } from './check-spmm24.js';
export { checkOperand, checkOutput } from './operand.js';
export type { Product } from './product.js';
export { storedLength } from './stored-length.js';
