import { maskStatistics } from '@sparsek/bsr';
import type { BlockMask } from '@sparsek/types';
import { bench, describe } from 'vitest';
import { compileMask, parseMask, preset } from '../src/index.js';

const million = 2 ** 20;
const context = 2 ** 17;

/** The masks of the table in docs/masks.md; run with `npx vitest bench` in this package. */
const masks: readonly [name: string, compile: () => BlockMask][] = [
  ...['causal & (sink:4 | window:4096)', 'dilated:4096,2', 'causal & bigbird'].map(
    (spec): [string, () => BlockMask] => [spec, () => compileMask(parseMask(spec), { queryLength: million })],
  ),
  ['dilated:65536,512', () => compileMask(parseMask('dilated:65536,512'), { queryLength: context })],
  [
    'phi-3-small',
    () => compileMask(preset('phi-3-small', { length: context }).mask, { queryLength: context }),
  ],
  ['minference', () => compileMask(preset('minference', { length: context }).mask, { queryLength: context })],
];

describe('compileMask', () => {
  for (const [name, compile] of masks) {
    const mask = compile();
    const { bytes } = maskStatistics(mask);
    const label = `${name}: ${mask.queryLength} tokens, ${mask.patterns.length} patterns, ${bytes} bytes`;
    bench(label, () => void compile(), { time: 0, iterations: 3, warmupTime: 0, warmupIterations: 1 });
  }
});
