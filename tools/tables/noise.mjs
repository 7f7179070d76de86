/** By how much a contestant that ran twice differed from itself at most. */
export function largestNoise(results) {
  return `${(100 * Math.max(...results.map(({ noise }) => noise))).toFixed(1)} %`;
}
