import type { BlockShape } from '@sparsek/types';
import type { MaskExpression } from '../mask/expression.js';
import { resolveTerm } from '../mask/resolve.js';

/** Block sides that every backend handles well. */
const SMALLEST = 16;
const LARGEST = 128;

/** The size of the smallest blocks that the expressions name, within 16 .. 128 tokens; 128 when they name none. */
export function defaultBlockShape(expressions: readonly MaskExpression[], keyLength: number): BlockShape {
  let rows = LARGEST;
  let columns = LARGEST;
  const visit = (expression: MaskExpression): void => {
    if (expression.kind === 'and' || expression.kind === 'or') {
      expression.terms.forEach(visit);
    } else if (expression.kind === 'not') {
      visit(expression.term);
    } else if (expression.kind === 'preset') {
      visit(resolveTerm(expression, { keyLength }));
    } else if (expression.kind === 'bigbird') {
      rows = Math.min(rows, expression.parameters.block);
      columns = Math.min(columns, expression.parameters.block);
    } else if (expression.kind === 'verticalSlash') {
      rows = Math.min(rows, expression.block ?? LARGEST);
      columns = Math.min(columns, expression.block ?? LARGEST);
    } else if (expression.kind === 'blocks') {
      const [height, width] = expression.pattern.blockShape;
      // A selection per token has rows of height 1, which says nothing about good blocks.
      if (height >= SMALLEST) rows = Math.min(rows, height);
      columns = Math.min(columns, width);
    }
  };
  expressions.forEach(visit);
  return [Math.max(rows, SMALLEST), Math.max(columns, SMALLEST)];
}
