import type { BlockMask } from '@sparsek/types';
import { describe, expectTypeOf, it } from 'vitest';
import { type attention, type MaskExpression, type Preset, parseMask, preset } from '../src/index.js';

// The type checker reads these; at run time they only have to be called.
describe('types', () => {
  it('know which presets need data of their own', () => {
    expectTypeOf(preset<'mistral-7b'>)
      .parameter(1)
      .toEqualTypeOf<{
        readonly length: number;
        readonly queryLength?: number;
      }>();
    expectTypeOf(preset<'nsa'>)
      .parameter(1)
      .toHaveProperty('indices');
    expectTypeOf(preset<'duo-attention'>)
      .parameter(1)
      .toHaveProperty('gates');
    expectTypeOf(preset<'sta'>).returns.toEqualTypeOf<Preset>();
  });

  it('know that only files make parsing asynchronous', () => {
    expectTypeOf(parseMask('causal')).toEqualTypeOf<MaskExpression>();
    const load = { document: () => [0], blocks: () => Promise.reject(new Error('unused')) };
    expectTypeOf(parseMask('causal', { load })).toEqualTypeOf<Promise<MaskExpression>>();
  });

  it('take a mask in any form', () => {
    type Mask = NonNullable<Parameters<typeof attention>[0]['mask']>;
    expectTypeOf<string>().toExtend<Mask>();
    expectTypeOf<BlockMask>().toExtend<Mask>();
    expectTypeOf<readonly MaskExpression[]>().toExtend<Mask>();
    expectTypeOf<Preset>().toExtend<Mask>();
  });
});
