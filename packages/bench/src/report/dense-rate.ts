import { DENSE_PEERS } from '../peers/peer-list.js';
import type { CaseResult, ContestantResult } from './schema.js';

/**
 * A contestant's useful rate over the rate that the dense product of the same size reached in the same rounds: 1 would
 * mean that leaving out the zeros costs nothing. Undefined where no dense peer took part, and for that peer itself.
 */
export function shareOfDenseRate(result: CaseResult, contestant: ContestantResult): number | undefined {
  const dense = result.contestants.find(({ name, timeRatio }) => {
    return DENSE_PEERS.includes(name) && timeRatio !== undefined;
  });
  if (dense?.timeRatio === undefined || contestant === dense || contestant.timeRatio === undefined) {
    return undefined;
  }
  if (result.denseFlops === 0 || contestant.usefulTflops === undefined) return undefined;
  return ((result.usefulFlops / result.denseFlops) * dense.timeRatio) / contestant.timeRatio;
}
