import type { MaskExpression } from './expression.js';

/** Whether there are several expressions; `Array.isArray` alone does not narrow a readonly array. */
export function isList(
  masks: MaskExpression | readonly MaskExpression[] | undefined,
): masks is readonly MaskExpression[] {
  return Array.isArray(masks);
}
