import type { MaskExpression } from '../mask/expression.js';

/** Visible where every term is; with no term, everywhere. */
export function and(...terms: readonly MaskExpression[]): MaskExpression {
  return terms.length === 1 ? terms[0]! : { kind: 'and', terms: flatten('and', terms) };
}

/** Visible where any term is; with no term, nowhere. */
export function or(...terms: readonly MaskExpression[]): MaskExpression {
  return terms.length === 1 ? terms[0]! : { kind: 'or', terms: flatten('or', terms) };
}

/** Visible exactly where the term is not. */
export function not(term: MaskExpression): MaskExpression {
  return term.kind === 'not' ? term.term : { kind: 'not', term };
}

function flatten(kind: 'and' | 'or', terms: readonly MaskExpression[]): MaskExpression[] {
  return terms.flatMap((term) => (term.kind === kind ? term.terms : [term]));
}
