import type { Shape } from '@sparsek/types';
import { compare } from '../../bounds/compare.js';
import { spmm24Tolerance } from '../../bounds/tolerance.js';
import { buildSpmm24 } from '../../cases/build-matmul.js';
import type { Spmm24Case } from '../../cases/case.js';
import { firstDamage } from '../../cases/guarded.js';
import { naiveSpmm24 } from '../../naive/spmm.js';
import { referenceSpmm24 } from '../../reference/spmm24.js';
import type { Trial } from '../trial.js';
import { denseTrial, matrixPlace } from './dense-result.js';
import { productExpectation } from './expect.js';

export function spmm24Trial(testCase: Spmm24Case): Trial {
  const { problem, inputs, guards } = buildSpmm24(testCase);
  const shape: Shape = [problem.a.shape[0], testCase.denseExtent];
  return {
    dtype: testCase.dtype,
    takesOut: true,
    plan: async (backend, options) =>
      denseTrial(await backend.planSpmm24(problem, options), testCase, inputs, shape),
    compare: (numbers) => {
      const reference = referenceSpmm24(problem, inputs);
      const naive = naiveSpmm24(problem, inputs);
      const tolerance = spmm24Tolerance(problem, inputs, reference);
      const expected = productExpectation(testCase, reference, naive, tolerance);
      return [compare(numbers, expected, matrixPlace(shape[1]))];
    },
    damage: () => firstDamage(guards),
  };
}
