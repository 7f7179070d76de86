import { SparsekError } from '@sparsek/types';
import type { BigBirdParameters, MaskExpression } from '../mask/expression.js';
import { presetTerm } from '../presets/registry.js';
import { bigbird } from '../terms/bigbird.js';
import { all, causal, dilated, global, prefix, sink, window } from '../terms/regular.js';
import { syntaxError } from './syntax-error.js';
import type { TermToken } from './tokens.js';

/** A file named by a mask SPEC. */
export interface FileReference {
  readonly kind: 'document' | 'blocks';
  readonly path: string;
  readonly position: number;
}

export type FileResolver = (reference: FileReference) => MaskExpression;

interface Numbers {
  readonly least: number;
  readonly most: number;
  readonly form: string;
  build(...numbers: number[]): MaskExpression;
}

const NUMERIC: Readonly<Record<string, Numbers>> = {
  all: { least: 0, most: 0, form: 'all', build: () => all() },
  causal: { least: 0, most: 0, form: 'causal', build: () => causal() },
  window: { least: 1, most: 2, form: 'window:L or window:L,R', build: (left, right) => window(left!, right) },
  sink: { least: 1, most: 1, form: 'sink:N', build: (count) => sink(count!) },
  global: { least: 1, most: 1, form: 'global:N', build: (count) => global(count!) },
  dilated: { least: 2, most: 2, form: 'dilated:W,D', build: (span, step) => dilated(span!, step!) },
  prefix: { least: 1, most: 1, form: 'prefix:N', build: (length) => prefix(length!) },
};

const NAMES = [...Object.keys(NUMERIC), 'document', 'bigbird', 'blocks', 'preset'];
const BIGBIRD_FORM = 'bigbird or bigbird:block=64,random=3,window=3,global=2,seed=0';
const BIGBIRD_KEYS = ['block', 'random', 'window', 'global', 'seed'] as const;

/** One term of the mask language as an expression. */
export function parseTerm(spec: string, term: TermToken, file: FileResolver): MaskExpression {
  try {
    const numeric = Object.hasOwn(NUMERIC, term.name) ? NUMERIC[term.name] : undefined;
    if (numeric) return numeric.build(...readNumbers(spec, term, numeric));
    switch (term.name) {
      case 'document':
      case 'blocks':
        return file({ kind: term.name, path: readText(spec, term), position: term.position });
      case 'bigbird':
        return bigbird(readBigBird(spec, term));
      case 'preset':
        return presetTerm(readText(spec, term));
      default:
        throw syntaxError(spec, term.position, `one of the terms ${NAMES.join(', ')}`);
    }
  } catch (error) {
    // A constructor's complaint about a value gets the place of the value.
    if (!SparsekError.isInstance(error) || error.code !== 'INVALID_ARGUMENT') throw error;
    const wanted = /^Expected (.*) but received/.exec(error.message)?.[1] ?? 'other arguments';
    throw syntaxError(spec, term.textPosition, wanted, { cause: error });
  }
}

function readNumbers(spec: string, term: TermToken, form: Numbers): number[] {
  const parts = term.text === undefined ? [] : term.text.split(',');
  if (parts.length < form.least || parts.length > form.most)
    throw syntaxError(spec, term.position, form.form);
  let position = term.textPosition;
  return parts.map((part) => {
    if (!/^\d+$/.test(part)) throw syntaxError(spec, position, `a whole number of tokens (${form.form})`);
    position += part.length + 1;
    return Number(part);
  });
}

function readText(spec: string, term: TermToken): string {
  const wanted = term.name === 'preset' ? 'preset:NAME' : `${term.name}:FILE`;
  if (!term.text) throw syntaxError(spec, term.textPosition, wanted);
  return term.text;
}

function readBigBird(spec: string, term: TermToken): Partial<BigBirdParameters> {
  if (term.text === undefined) return {};
  const parameters: { -readonly [K in keyof BigBirdParameters]?: number } = {};
  let position = term.textPosition;
  for (const part of term.text.split(',')) {
    const [, name, number] = /^([a-z]+)=(\d+)$/.exec(part) ?? [];
    const key = BIGBIRD_KEYS.find((known) => known === name);
    if (!key) throw syntaxError(spec, position, BIGBIRD_FORM);
    if (key in parameters) throw syntaxError(spec, position, `${key} only once`);
    parameters[key] = Number(number);
    position += part.length + 1;
  }
  return parameters;
}
