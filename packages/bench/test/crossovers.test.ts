import { describe, expect, it } from 'vitest';
import { crossovers } from '../src/report/crossovers.js';
import type { CaseResult } from '../src/report/schema.js';
import { spmmCase } from './cases.js';

/** One product against a peer, at each `[density, ratio]`. */
function results(pairs: readonly (readonly [number, number])[], peer = 'NumPy dense'): CaseResult[] {
  return pairs.map(([density, timeRatio]) => ({
    case: { ...spmmCase, pattern: { ...spmmCase.pattern, density } },
    density,
    usefulFlops: 1,
    denseFlops: 1,
    bytes: 1,
    contestants: [
      { name: 'sparsek cpu', version: '1', timeRatio: 1 },
      { name: peer, version: '1', timeRatio },
    ],
    noise: 0,
  }));
}

describe('crossovers', () => {
  it('interpolates where the speed relative to dense falls through 1', () => {
    const [found] = crossovers(
      results([
        [1, 0.5],
        [0.25, 4],
        [0.5, 2],
      ]),
    );
    expect(found).toMatchObject({ peer: 'NumPy dense', problem: '72x64x24, block 16x16, uniform, f32' });
    expect(found!.points.map(({ density }) => density)).toEqual([0.25, 0.5, 1]);
    expect(found!.density).toBeCloseTo(0.75, 12);
  });

  it('gives none where sparse always wins or always loses', () => {
    expect(
      crossovers(
        results([
          [0.5, 3],
          [1, 1.5],
        ]),
      )[0]!.density,
    ).toBeUndefined();
    expect(
      crossovers(
        results([
          [0.5, 0.9],
          [1, 0.5],
        ]),
      )[0]!.density,
    ).toBeUndefined();
  });

  it('looks at dense peers and at groups of more than one density only', () => {
    expect(
      crossovers(
        results(
          [
            [0.5, 3],
            [1, 0.5],
          ],
          'SciPy BSR',
        ),
      ),
    ).toEqual([]);
    expect(crossovers(results([[0.5, 3]]))).toEqual([]);
  });
});
