import type { BsrPattern } from '@sparsek/types';
import type { MaskExpression } from '../mask/expression.js';
import { blocks } from '../terms/blocks.js';
import { and, not, or } from '../terms/combine.js';
import { type DocumentIds, documents } from '../terms/documents.js';
import { all } from '../terms/regular.js';
import { type FileReference, type FileResolver, parseTerm } from './parse-term.js';
import { syntaxError } from './syntax-error.js';
import { type Token, tokenize } from './tokens.js';

/** Reads the files that a mask names; this package does no input or output of its own. */
export interface MaskFiles {
  /** The ids in a `document:FILE.npy`, one a token. */
  document(path: string): DocumentIds | Promise<DocumentIds>;
  /** The pattern in a `blocks:FILE.npz`. */
  blocks(path: string): BsrPattern | Promise<BsrPattern>;
}

export interface ParseOptions {
  readonly load: MaskFiles;
}

/** Nesting beyond this is not a mask but an attack on the stack. */
const MAX_DEPTH = 200;

/**
 * Parses the mask language: terms joined by `&`, which binds tighter, and `|`, with `!` and parentheses. Terms are
 * `all`, `causal`, `window:L`, `window:L,R`, `sink:N`, `global:N`, `dilated:W,D`, `prefix:N`, `document:FILE.npy`,
 * `bigbird`, `bigbird:block=64,random=3,window=3,global=2,seed=0`, `blocks:FILE.npz` and `preset:NAME`; a file name with
 * spaces or operators goes in double quotes. Without `load` the result is there at once, and files are refused.
 *
 * @throws MaskSyntaxError with the position; its message shows the place.
 */
export function parseMask(spec: string): MaskExpression;
export function parseMask(spec: string, options: ParseOptions): Promise<MaskExpression>;
export function parseMask(spec: string, options?: ParseOptions): MaskExpression | Promise<MaskExpression> {
  if (options) return parseWithFiles(spec, options.load);
  return parse(spec, ({ position }) => {
    throw syntaxError(spec, position, 'no file, since parseMask was called without `load`,');
  });
}

async function parseWithFiles(spec: string, load: MaskFiles): Promise<MaskExpression> {
  const references: FileReference[] = [];
  parse(spec, (reference) => {
    references.push(reference);
    return all();
  });
  const loaded = new Map<string, MaskExpression>();
  const nameOf = ({ kind, path }: FileReference) => `${kind}:${path}`;
  for (const reference of references) {
    const name = nameOf(reference);
    if (loaded.has(name)) continue;
    const { kind, path } = reference;
    const term =
      kind === 'document'
        ? documents(await load.document(path), path)
        : blocks(await load.blocks(path), path);
    loaded.set(name, term);
  }
  return parse(spec, (reference) => loaded.get(nameOf(reference))!);
}

/** Recursive descent: or := and ('|' and)*, and := unary ('&' unary)*, unary := '!' unary | '(' or ')' | term. */
function parse(spec: string, file: FileResolver): MaskExpression {
  const tokens = tokenize(spec);
  let next = 0;
  let depth = 0;
  const peek = (): Token => tokens[next]!;

  const list = (separator: '|' | '&', item: () => MaskExpression): MaskExpression[] => {
    const items = [item()];
    while (peek().kind === separator) {
      next++;
      items.push(item());
    }
    return items;
  };
  const disjunction = (): MaskExpression => or(...list('|', conjunction));
  const conjunction = (): MaskExpression => and(...list('&', unary));
  const unary = (): MaskExpression => {
    const token = peek();
    if (++depth > MAX_DEPTH) throw syntaxError(spec, token.position, `at most ${MAX_DEPTH} nested operators`);
    next++;
    const result = operand(token);
    depth--;
    return result;
  };
  const operand = (token: Token): MaskExpression => {
    if (token.kind === 'term') return parseTerm(spec, token, file);
    if (token.kind === '!') return not(unary());
    if (token.kind !== '(') throw syntaxError(spec, token.position, 'a term such as causal or window:512');
    const inside = disjunction();
    if (peek().kind !== ')') throw syntaxError(spec, peek().position, '& or | or a closing parenthesis');
    next++;
    return inside;
  };

  const expression = disjunction();
  if (peek().kind !== 'end') throw syntaxError(spec, peek().position, '& or | or the end');
  return expression;
}
