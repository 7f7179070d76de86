import { syntaxError } from './syntax-error.js';

export type Token =
  | { readonly kind: '&' | '|' | '!' | '(' | ')' | 'end'; readonly position: number }
  | TermToken;

/** `name` or `name:arguments`; a quoted argument text is given without its quotes. */
export interface TermToken {
  readonly kind: 'term';
  readonly position: number;
  readonly name: string;
  /** Absent when there is no colon. */
  readonly text?: string;
  /** Where `text` starts. */
  readonly textPosition: number;
}

const NAME = /[a-z][a-z0-9-]*/y;
const TEXT = /[^\s&|()"]+/y;

/** Cuts a mask SPEC into operators and terms. */
export function tokenize(spec: string): readonly Token[] {
  const tokens: Token[] = [];
  let position = 0;
  while (position < spec.length) {
    const character = spec[position]!;
    if (/\s/.test(character)) {
      position++;
    } else if (isOperator(character)) {
      tokens.push({ kind: character, position });
      position++;
    } else {
      const [term, end] = readTerm(spec, position);
      tokens.push(term);
      position = end;
    }
  }
  tokens.push({ kind: 'end', position: spec.length });
  return tokens;
}

function isOperator(character: string): character is '&' | '|' | '!' | '(' | ')' {
  return '&|!()'.includes(character);
}

function readTerm(spec: string, position: number): [TermToken, end: number] {
  const name = matchAt(NAME, spec, position);
  if (name === undefined) throw syntaxError(spec, position, 'a term such as causal or window:512');
  const colon = position + name.length;
  if (spec[colon] !== ':') return [{ kind: 'term', position, name, textPosition: colon }, colon];
  const textPosition = colon + 1;
  if (spec[textPosition] === '"') {
    const close = spec.indexOf('"', textPosition + 1);
    if (close < 0) throw syntaxError(spec, textPosition, 'a text with a closing quote');
    const text = spec.slice(textPosition + 1, close);
    return [{ kind: 'term', position, name, text, textPosition: textPosition + 1 }, close + 1];
  }
  const text = matchAt(TEXT, spec, textPosition) ?? '';
  return [{ kind: 'term', position, name, text, textPosition }, textPosition + text.length];
}

function matchAt(pattern: RegExp, text: string, position: number): string | undefined {
  pattern.lastIndex = position;
  return pattern.exec(text)?.[0];
}
