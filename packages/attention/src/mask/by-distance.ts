import type { MaskExpression } from './expression.js';

/**
 * Whether a mask looks at the distance of query and key alone, so that it is the same wherever a sequence stands. A text's
 * or a model's sinks, prefixes and blocks count from the start of the sequence and are not.
 */
export function isByDistance(expression: MaskExpression): boolean {
  switch (expression.kind) {
    case 'all':
    case 'causal':
    case 'window':
    case 'dilated':
      return true;
    case 'and':
    case 'or':
      return expression.terms.every(isByDistance);
    case 'not':
      return isByDistance(expression.term);
    default:
      return false;
  }
}
