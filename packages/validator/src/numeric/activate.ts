import type { Activation } from '@sparsek/types';
import { normalDistribution } from './erf.js';

/** An activation in float64, by its definition. NaN stays NaN; the limits hold at infinity. */
export function activate(x: number, activation: Activation): number {
  switch (activation) {
    case 'none':
      return x;
    case 'relu':
      return Number.isNaN(x) ? x : Math.max(x, 0);
    case 'gelu':
      return x === Number.NEGATIVE_INFINITY ? 0 : x * normalDistribution(x);
    case 'silu':
      return x === Number.NEGATIVE_INFINITY ? 0 : x / (1 + Math.exp(-x));
  }
}
