import { maskStatistics } from '@sparsek/bsr';
import type { AttentionProblem } from '@sparsek/types';

/**
 * Floating-point operations that the visible pairs need: two for each pair and element of Q K^T and of P V, that is
 * 4 * pairs * headDim when V is as wide as Q. The softmax is not counted, as is usual.
 */
export function usefulFlops(
  problem: Pick<AttentionProblem, 'batch' | 'heads' | 'headDim' | 'valueDim' | 'mask'>,
): number {
  const { batch, heads, headDim, valueDim = headDim, mask } = problem;
  // The statistics count every entry of the head map once.
  const repeats = (batch / mask.batches) * (heads / mask.heads);
  return maskStatistics(mask).visiblePairs * repeats * 2 * (headDim + valueDim);
}
