import type { Shape } from '@sparsek/types';
import { compare } from '../../bounds/compare.js';
import { spmmTolerance } from '../../bounds/tolerance.js';
import { buildSpmm } from '../../cases/build-matmul.js';
import type { SpmmCase } from '../../cases/case.js';
import { firstDamage } from '../../cases/guarded.js';
import { naiveSpmm } from '../../naive/spmm.js';
import { referenceSpmm } from '../../reference/spmm.js';
import type { Trial } from '../trial.js';
import { denseTrial, matrixPlace } from './dense-result.js';
import { productExpectation } from './expect.js';

export function spmmTrial(testCase: SpmmCase): Trial {
  const { problem, inputs, guards } = buildSpmm(testCase);
  const [m, k] = problem.pattern.shape;
  const opShape: Shape = testCase.transpose === true ? [k, m] : [m, k];
  const n = testCase.denseExtent;
  const shape: Shape = testCase.side === 'right' ? [n, opShape[1]] : [opShape[0], n];
  return {
    dtype: testCase.dtype,
    takesOut: true,
    plan: async (backend, options) =>
      denseTrial(await backend.planSpmm(problem, options), testCase, inputs, shape),
    compare: (numbers) => {
      const reference = referenceSpmm(problem, inputs);
      const naive = naiveSpmm(problem, inputs);
      const tolerance = spmmTolerance(problem, inputs, reference);
      const expected = productExpectation(testCase, reference, naive, tolerance);
      return [compare(numbers, expected, matrixPlace(shape[1]))];
    },
    damage: () => firstDamage(guards),
  };
}
