import { openBackend } from '@sparsek/backend';
import { expect, it } from 'vitest';
import { attentionRows, pruningRows, renderDemoPage } from '../../src/demo/demo-page.js';
import { runDemo } from '../../src/demo/run-demo.js';

/** A space before a percent sign is one that does not break. */
const literally = (text: string) => text.replaceAll(/[()]/g, '\\$&').replaceAll(' ', '\\s');

it('runs the demo end to end, with exact kernels and a page that shows every figure', async () => {
  using backend = await openBackend('cpu');
  const shares: number[] = [];
  const scope = { pruning: { blockSizes: [16], densities: [0.75, 0.25] }, lengths: [1024] };
  const result = await runDemo(backend, { onProgress: (share) => shares.push(share) }, scope);

  expect(result.pruning.figures.map(({ blockSize, density }) => [blockSize, density])).toEqual([
    [16, 0.75],
    [16, 0.25],
  ]);
  for (const { layerError, linearMs } of result.pruning.figures) {
    expect(layerError).toBeLessThan(1e-5);
    expect(linearMs).toBeGreaterThan(0);
  }
  const [mild, harsh] = result.pruning.figures;
  expect(mild!.cosine).toBeGreaterThan(harsh!.cosine);
  expect(mild!.cosine).toBeLessThanOrEqual(1 + 1e-6);
  expect(result.pruning.denseParaphrasesFound).toBeGreaterThan(result.pruning.paraphrases / 2);

  expect(result.attention[0]!.model).toBe('causal (dense)');
  expect(result.attention.length).toBeGreaterThan(5);
  for (const { error, visibleShare } of result.attention) {
    expect(error).toBeLessThan(2e-5);
    expect(visibleShare).toBeGreaterThan(0);
    expect(visibleShare).toBeLessThanOrEqual(1);
  }

  expect(shares.at(-1)).toBe(1);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  const html = await renderDemoPage(result);
  for (const row of [...pruningRows(result), ...attentionRows(result)]) {
    expect(html).toMatch(
      new RegExp(`<th scope="row">${literally(row[0]!)}</th><td[^>]*>${literally(row[1]!)}</td>`),
    );
  }
  // Each chart is drawn for phones and for desktops.
  expect(html.match(/<svg[^>]* class="marks"/g)).toHaveLength(2 * 3);
});
