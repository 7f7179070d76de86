import { describe, expect, it } from 'vitest';
import { suiteSchema } from '../src/case/schema.js';
import { SUITES } from '../src/suites/index.js';

const made = [...SUITES].flatMap(([name, make]) =>
  (['cpu', 'gpu'] as const).map((device) => [name, device, make(device)] as const),
);

describe('the suites', () => {
  it.each(made)('%s for the %s fits the schema, with a name for every case', (name, _, suite) => {
    expect(suiteSchema.parse(suite)).toEqual(suite);
    expect(suite.name).toBe(name);
    const names = suite.cases.map((benchCase) => benchCase.name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('are those of the documentation', () => {
    const names = [
      'gemm',
      'gemm-large',
      'attention',
      'attention-long',
      'cpu',
      'formats',
      'host',
      'scaling',
      'crossover',
      'memory',
    ];
    expect([...SUITES.keys()]).toEqual(names);
  });

  it('take half precision on a GPU', () => {
    for (const name of ['host', 'scaling', 'crossover', 'memory']) {
      const types = SUITES.get(name)!('gpu').cases.map(({ dtype }) => dtype);
      expect(types.every((dtype) => dtype !== 'f32')).toBe(true);
    }
  });
});
