import { checkInteger } from '../mask/check.js';
import type { MaskExpression } from '../mask/expression.js';

/** Every pair is visible: dense attention. */
export function all(): MaskExpression {
  return { kind: 'all' };
}

/** Keys up to the query's own position: j <= i. */
export function causal(): MaskExpression {
  return { kind: 'causal' };
}

/**
 * A sliding window. `window(length)` shows the last `length` keys, the query's own included: i - length < j <= i, as
 * in Mistral's and Gemma's `sliding_window`. `window(left, right)` shows i - left <= j <= i + right.
 */
export function window(left: number, right?: number): MaskExpression {
  if (right === undefined) {
    checkInteger(left, 'length', 1);
    return { kind: 'window', behind: left - 1, ahead: 0 };
  }
  checkInteger(left, 'left', 0);
  checkInteger(right, 'right', 0);
  return { kind: 'window', behind: left, ahead: right };
}

/** Attention sink: the first `count` keys, j < count, whatever the query (Xiao et al., "StreamingLLM", ICLR 2024). */
export function sink(count: number): MaskExpression {
  checkInteger(count, 'count', 0);
  return { kind: 'sink', count };
}

/** Global tokens: the first `count` tokens see everything and are seen by everyone, i < count or j < count. */
export function global(count: number): MaskExpression {
  checkInteger(count, 'count', 0);
  return { kind: 'global', count };
}

/** Every `step`-th key of the causal window of `span` keys: i - span < j <= i and i - j divisible by `step`. */
export function dilated(span: number, step: number): MaskExpression {
  checkInteger(span, 'span', 1);
  checkInteger(step, 'step', 1);
  return { kind: 'dilated', span, step };
}

/** Prefix language model: the first `length` keys are visible to every query, the rest causally: j < length or j <= i. */
export function prefix(length: number): MaskExpression {
  checkInteger(length, 'length', 0);
  return { kind: 'prefix', length };
}
