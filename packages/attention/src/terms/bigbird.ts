import { InvalidArgumentError } from '@sparsek/types';
import { checkInteger } from '../mask/check.js';
import type { BigBirdParameters, MaskExpression } from '../mask/expression.js';

const DEFAULTS: BigBirdParameters = { block: 64, random: 3, window: 3, global: 2, seed: 0 };

/**
 * BigBird (Zaheer et al., NeurIPS 2020) on blocks of tokens; the defaults are those of `google/bigbird-roberta-base`.
 *
 * A block row sees the window of blocks around its own, the global blocks (half at the start, half at the end of the
 * sequence) and random blocks; a global block row sees everything. Head h draws its random blocks as `bigbirdPattern`
 * of `@sparsek/bsr` specifies, with seed `seed + h`.
 */
export function bigbird(parameters: Partial<BigBirdParameters> = {}): MaskExpression {
  const full = { ...DEFAULTS, ...parameters };
  checkInteger(full.block, 'block', 1);
  checkInteger(full.random, 'random', 0);
  checkInteger(full.window, 'window', 1);
  checkInteger(full.global, 'global', 0);
  checkInteger(full.seed, 'seed', 0);
  if (full.window % 2 === 0) throw new InvalidArgumentError('window', 'an odd number of blocks', full.window);
  if (full.global % 2 === 1)
    throw new InvalidArgumentError('global', 'an even number of blocks', full.global);
  return { kind: 'bigbird', parameters: full };
}
