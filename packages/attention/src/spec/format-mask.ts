import type { MaskExpression } from '../mask/expression.js';

const OR = 1;
const AND = 2;
const UNARY = 3;

/**
 * An expression in the mask language; `parseMask` gives back an equal expression. Terms made from arrays in memory have
 * no such form and are described in angle brackets, which do not parse.
 */
export function formatMask(expression: MaskExpression): string {
  return format(expression, OR);
}

function format(expression: MaskExpression, binding: number): string {
  switch (expression.kind) {
    case 'all':
    case 'causal':
      return expression.kind;
    case 'window':
      return expression.ahead === 0
        ? `window:${expression.behind + 1}`
        : `window:${expression.behind},${expression.ahead}`;
    case 'sink':
    case 'global':
      return `${expression.kind}:${expression.count}`;
    case 'dilated':
      return `dilated:${expression.span},${expression.step}`;
    case 'prefix':
      return `prefix:${expression.length}`;
    case 'documents':
      return expression.source === undefined
        ? `<documents of ${expression.ids.length} tokens>`
        : `document:${quote(expression.source)}`;
    case 'bigbird': {
      const { block, random, window, global, seed } = expression.parameters;
      return `bigbird:block=${block},random=${random},window=${window},global=${global},seed=${seed}`;
    }
    case 'blocks': {
      const { shape, blockShape } = expression.pattern;
      return expression.source === undefined
        ? `<blocks of ${blockShape.join('x')} over ${shape.join('x')}>`
        : `blocks:${quote(expression.source)}`;
    }
    case 'verticalSlash':
      return `<${expression.columns.length} vertical and ${expression.distances.length} slash lines>`;
    case 'preset':
      return `preset:${expression.name}`;
    case 'and':
      return join(expression.terms, ' & ', AND, binding, 'all');
    case 'or':
      return join(expression.terms, ' | ', OR, binding, '!all');
    case 'not':
      return `!${format(expression.term, UNARY)}`;
  }
}

function join(
  terms: readonly MaskExpression[],
  operator: string,
  own: number,
  binding: number,
  ofNone: string,
): string {
  if (terms.length === 0) return ofNone;
  if (terms.length === 1) return format(terms[0]!, binding);
  const text = terms.map((term) => format(term, own + 1)).join(operator);
  return own < binding ? `(${text})` : text;
}

function quote(path: string): string {
  return /^[^\s&|()"]+$/.test(path) ? path : `"${path}"`;
}
