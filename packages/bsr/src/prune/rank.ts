/**
 * The positions of the `count` greatest scores among `begin .. end - 1`; equal scores go to the lower position, NaN
 * counts as greatest. The order of the result is not defined. Sorts: O(n log n).
 */
export function topPositions(scores: Float64Array, begin: number, end: number, count: number): Uint32Array {
  const positions = new Uint32Array(end - begin);
  for (let i = 0; i < positions.length; i++) positions[i] = begin + i;
  if (count >= positions.length) return positions;
  positions.sort((a, b) => {
    const difference = rank(scores[b]!) - rank(scores[a]!);
    // Two infinities differ by NaN.
    return difference < 0 || difference > 0 ? difference : a - b;
  });
  return positions.subarray(0, count);
}

function rank(score: number): number {
  return Number.isNaN(score) ? Infinity : score;
}
