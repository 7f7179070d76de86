import type { BsrPattern } from '@sparsek/types';
import { blockAt } from './block-at.js';
import type { MaskContext, MaskExpression } from './expression.js';
import { resolveTerm } from './resolve.js';

/**
 * The definition of masks: whether the query at absolute position `i` (which may be negative when there are more
 * queries than keys) sees key `j`. Everything else in this package agrees with it. It is meant for tests and small
 * masks; use `compileMask` for work.
 *
 * @throws InvalidArgumentError when the expression depends on a length that `context` does not give.
 */
export function visible(
  expression: MaskExpression,
  i: number,
  j: number,
  context: MaskContext = {},
): boolean {
  switch (expression.kind) {
    case 'all':
      return true;
    case 'causal':
      return j <= i;
    case 'window':
      return i - expression.behind <= j && j <= i + expression.ahead;
    case 'sink':
      return j < expression.count;
    case 'global':
      return i < expression.count || j < expression.count;
    case 'dilated':
      return i - expression.span < j && j <= i && (i - j) % expression.step === 0;
    case 'prefix':
      return j < expression.length || j <= i;
    case 'documents': {
      const { ids } = expression;
      return i >= 0 && j >= 0 && i < ids.length && j < ids.length && ids[i] === ids[j];
    }
    case 'verticalSlash':
      return j <= i && onLine(expression, i, j);
    case 'blocks':
      return patternHas(expression.pattern, i, j);
    case 'bigbird':
    case 'preset':
      return visible(resolveTerm(expression, context), i, j, context);
    case 'and':
      return expression.terms.every((term) => visible(term, i, j, context));
    case 'or':
      return expression.terms.some((term) => visible(term, i, j, context));
    case 'not':
      return !visible(expression.term, i, j, context);
  }
}

type VerticalSlashTerm = Extract<MaskExpression, { kind: 'verticalSlash' }>;

function patternHas(pattern: BsrPattern, i: number, j: number): boolean {
  const [rows, columns] = pattern.shape;
  const row = i + rows - columns;
  if (row < 0 || row >= rows || j < 0 || j >= columns) return false;
  const blockRow = Math.floor(row / pattern.blockShape[0]);
  return blockAt(pattern, blockRow, Math.floor(j / pattern.blockShape[1])) >= 0;
}

function onLine({ columns, distances, block = 1 }: VerticalSlashTerm, i: number, j: number): boolean {
  const row = Math.floor(i / block);
  const column = Math.floor(j / block);
  return (
    columns.some((key) => Math.floor(key / block) === column) ||
    distances.some((distance) => Math.abs(distance - (row - column) * block) < block)
  );
}
