import { bigbirdPattern } from '@sparsek/bsr';
import { InvalidArgumentError } from '@sparsek/types';
import { presetDependsOnHead, presetMasks } from '../presets/registry.js';
import type { MaskContext, MaskExpression } from './expression.js';
import { isList } from './is-list.js';

type OpenTerm = Extract<MaskExpression, { kind: 'bigbird' | 'preset' }>;

interface Resolved {
  readonly keyLength: number;
  readonly byHead: Map<number, MaskExpression>;
  /** Masks of a preset, one for all heads or one a head. */
  readonly masks?: MaskExpression | readonly MaskExpression[];
}

/** What each term stood for at its last length, since it is asked for again and again. */
const latest = new WeakMap<OpenTerm, Resolved>();

/** The expression that a `bigbird` or `preset` term stands for, at a length and head. */
export function resolveTerm(term: OpenTerm, context: MaskContext): MaskExpression {
  const keyLength = (term.kind === 'bigbird' ? term.keyLength : undefined) ?? context.keyLength;
  const head = (term.kind === 'bigbird' ? term.head : undefined) ?? context.head ?? 0;
  if (keyLength === undefined) {
    throw new InvalidArgumentError(
      'keyLength',
      `the number of keys, on which ${term.kind} depends,`,
      keyLength,
    );
  }
  let resolved = latest.get(term);
  if (resolved?.keyLength !== keyLength) {
    const byHead = new Map<number, MaskExpression>();
    resolved =
      term.kind === 'preset'
        ? { keyLength, byHead, masks: presetMasks(term.name, keyLength) }
        : { keyLength, byHead };
    latest.set(term, resolved);
  }
  const known = resolved.byHead.get(head);
  if (known) return known;
  const expression = expand(term, resolved, head);
  resolved.byHead.set(head, expression);
  return expression;
}

function expand(term: OpenTerm, { keyLength, masks }: Resolved, head: number): MaskExpression {
  if (term.kind === 'bigbird') {
    const { block, seed, ...rest } = term.parameters;
    const pattern = bigbirdPattern({
      ...rest,
      seed: seed + head,
      shape: [keyLength, keyLength],
      blockShape: [block, block],
    });
    return { kind: 'blocks', pattern };
  }
  if (!isList(masks)) return masks!;
  const mask = masks[head];
  if (!mask)
    throw new InvalidArgumentError('head', `a head of ${term.name}, 0 to ${masks.length - 1},`, head);
  return mask;
}

/** Whether the mask of one head may differ from another's. */
export function dependsOnHead(expression: MaskExpression): boolean {
  switch (expression.kind) {
    case 'bigbird':
      return expression.head === undefined;
    case 'preset':
      return presetDependsOnHead(expression.name);
    case 'and':
    case 'or':
      return expression.terms.some(dependsOnHead);
    case 'not':
      return dependsOnHead(expression.term);
    default:
      return false;
  }
}
