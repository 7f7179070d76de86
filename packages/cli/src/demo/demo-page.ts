import { drawChart, formatMs, type Page, type PagePart, type PageSection, renderPage } from '@sparsek/bench';
import { formatBytes, formatShare } from '../output/numbers.js';
import type { AttentionFigure } from './attention-study.js';
import type { DemoResult } from './run-demo.js';

/** The demo's report as one self-contained HTML file. */
export async function renderDemoPage(result: DemoResult): Promise<string> {
  const page: Page = {
    title: 'SparseK demo',
    lead: `Block-sparse layers of a real sentence encoder and attention under published masks, on ${result.device}.`,
    sections: [await pruningSection(result), await attentionSection(result), machineSection(result)],
    data: result,
  };
  return renderPage(page);
}

export const PRUNING_HEAD = [
  'block',
  'density',
  'linear layers',
  'whole',
  'speed-up',
  'GFLOP/s',
  'error',
  'cosine',
  'paraphrases',
] as const;

export function pruningRows({ pruning }: DemoResult): string[][] {
  return pruning.figures.map((figure) => [
    `${figure.blockSize}x${figure.blockSize}`,
    formatShare(figure.density),
    formatMs(figure.linearMs),
    formatMs(figure.denseMs),
    `${(figure.denseMs / figure.linearMs).toFixed(1)}x`,
    figure.usefulGflops.toFixed(0),
    figure.layerError.toExponential(1),
    figure.cosine.toFixed(3),
    `${figure.paraphrasesFound}/${pruning.paraphrases}`,
  ]);
}

export const ATTENTION_HEAD = [
  'mask',
  'tokens',
  'D',
  'visible',
  'time',
  'GFLOP/s',
  'mask bytes',
  'all scores',
  'error',
] as const;

export function attentionRows({ attention }: DemoResult): string[][] {
  return attention.map((figure) => [
    figure.model,
    `${figure.length}`,
    `${figure.headDim}`,
    formatShare(figure.visibleShare),
    formatMs(figure.computeMs),
    figure.usefulGflops.toFixed(0),
    formatBytes(figure.maskBytes),
    formatBytes(figure.scoreBytes),
    figure.error.toExponential(1),
  ]);
}

async function pruningSection(result: DemoResult): Promise<PageSection> {
  const { pruning } = result;
  const chart = await drawChart({
    width: 420,
    height: 240,
    data: {
      values: pruning.figures.map(({ blockSize, density, denseMs, linearMs }) => ({
        block: `block ${blockSize}`,
        density: 100 * density,
        speedup: denseMs / linearMs,
      })),
    },
    mark: { type: 'line', point: { filled: true, size: 70 } },
    encoding: {
      x: { field: 'density', type: 'quantitative', title: 'stored blocks, %', scale: { zero: true } },
      y: { field: 'speedup', type: 'quantitative', title: 'times as fast as every block stored' },
      color: { field: 'block', type: 'nominal', title: null, sort: null },
      shape: { field: 'block', type: 'nominal', title: null, sort: null },
    },
  });
  return {
    title: 'A sentence encoder with block-sparse layers',
    parts: [
      {
        kind: 'text',
        text:
          `The Universal Sentence Encoder lite (two transformer layers, published weights) reads ${pruning.sentences} ` +
          `sentences, ${pruning.tokens} tokens. Every linear layer keeps its blocks of largest norm and runs as a ` +
          'block-sparse product; sentences are packed and kept apart by a document mask. "Whole" is the same kernel ' +
          'with every block stored. The error is a layer against float64. The cosine compares the sentence embeddings ' +
          'with those of the whole encoder: the model was not trained to be pruned, so quality falls with density. The ' +
          `whole encoder finds ${pruning.denseParaphrasesFound} of ${pruning.paraphrases} paraphrases.`,
      },
      { kind: 'chart', caption: 'Speed-up of the linear layers against the share of stored blocks', chart },
      { kind: 'table', caption: 'Each way of pruning', head: PRUNING_HEAD, rows: pruningRows(result) },
    ],
  };
}

async function attentionSection(result: DemoResult): Promise<PageSection> {
  const values = result.attention.map((figure) => ({
    mask: figure.model,
    tokens: `${figure.length} tokens`,
    work: (4 * figure.visibleShare * figure.length ** 2 * figure.headDim) / 1e9,
    ms: figure.computeMs,
    bytes: figure.maskBytes + tensorBytes(figure),
    scores: figure.scoreBytes,
  }));
  const time = await drawChart({
    width: 420,
    height: 280,
    data: { values },
    mark: { type: 'point', filled: true, size: 90, opacity: 1 },
    encoding: {
      x: { field: 'work', type: 'quantitative', title: 'visible work, GFLOP (log)', scale: { type: 'log' } },
      y: { field: 'ms', type: 'quantitative', title: 'milliseconds (log)', scale: { type: 'log' } },
      color: { field: 'tokens', type: 'nominal', title: null, sort: null },
      shape: { field: 'tokens', type: 'nominal', title: null, sort: null },
    },
  });
  const memory = await drawChart({
    width: 420,
    data: {
      values: values.flatMap(({ mask, tokens, bytes, scores }) => [
        { mask, tokens, mebibytes: bytes / 2 ** 20, what: `used at ${tokens}` },
        { mask, tokens, mebibytes: scores / 2 ** 20, what: `all scores at ${tokens}` },
      ]),
    },
    mark: { type: 'point', filled: true, size: 90, opacity: 1 },
    encoding: {
      y: { field: 'mask', type: 'nominal', title: null, sort: null },
      x: { field: 'mebibytes', type: 'quantitative', title: 'MiB (log)', scale: { type: 'log' } },
      color: { field: 'what', type: 'nominal', title: null, sort: null },
      shape: { field: 'what', type: 'nominal', title: null, sort: null },
    },
  });
  const parts: PagePart[] = [
    {
      kind: 'text',
      text:
        'Fused attention of one head under published masks, float32. Time follows the visible query-key pairs, ' +
        'not the square of the length. Memory is Q, K, V, O and the mask; no score matrix is ever stored.',
    },
    { kind: 'chart', caption: 'Time against visible work', chart: time },
    { kind: 'chart', caption: 'Memory used, and what a matrix of all scores would take', chart: memory },
    { kind: 'table', caption: 'Each mask and length', head: ATTENTION_HEAD, rows: attentionRows(result) },
    {
      kind: 'table',
      caption: 'Where the masks come from',
      head: ['mask', 'source'],
      rows: [...new Map(result.attention.map(({ model, source }) => [model, source]))],
    },
  ];
  return { title: 'Attention under published masks', parts };
}

function machineSection({ machine, device, seconds }: DemoResult): PageSection {
  const text =
    `${device}; ${machine.cpu}, ${machine.threads} hardware threads, ${machine.os}, Node ${machine.node}, ` +
    `${machine.date}. The whole demo took ${seconds.toFixed(0)} s. Times are medians of warm runs.`;
  return { title: 'Machine', parts: [{ kind: 'text', text }] };
}

/** Q, K, V and O of one head in float32. */
const tensorBytes = ({ length, headDim }: AttentionFigure) => 4 * 4 * length * headDim;
