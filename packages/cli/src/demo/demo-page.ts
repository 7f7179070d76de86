import {
  caseRows,
  curves,
  drawChart,
  formatMebibytes,
  formatMs,
  formatTimes,
  logAxis,
  marksOf,
  type Page,
  type PagePart,
  type PageSection,
  renderPage,
} from '@sparsek/bench';
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

export function attentionRows({ attention }: Pick<DemoResult, 'attention'>): string[][] {
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
  const points = pruning.figures.map(({ blockSize, density, denseMs, linearMs }) => ({
    ...{ series: `block ${blockSize}`, x: 100 * density, y: denseMs / linearMs },
    label: `block ${blockSize}: ${formatTimes(denseMs / linearMs)} at ${formatShare(density)}`,
  }));
  const marks = marksOf(
    points.map(({ series }) => series),
    { alike: true },
  );
  const spec = curves({
    points,
    marks,
    x: { title: 'stored blocks, %' },
    y: { title: 'times as fast as whole' },
    line: 1,
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
      {
        kind: 'chart',
        caption: 'Speed-up of the linear layers against the share of stored blocks; higher is better',
        chart: await drawChart(() => spec),
        legend: marks,
      },
      { kind: 'table', caption: 'Each way of pruning', head: PRUNING_HEAD, rows: pruningRows(result) },
    ],
  };
}

async function attentionSection({ attention }: DemoResult): Promise<PageSection> {
  const time = await timeChart(attention);
  const memory = await memoryChart(attention);
  const parts: PagePart[] = [
    {
      kind: 'text',
      text:
        'Fused attention of one head under published masks, float32. Time follows the visible query-key pairs, ' +
        'not the square of the length. Memory is Q, K, V, O and the mask; no score matrix is ever stored.',
    },
    time,
    memory,
    {
      kind: 'table',
      caption: 'Each mask and length',
      head: ATTENTION_HEAD,
      rows: attentionRows({ attention }),
    },
    {
      kind: 'table',
      caption: 'Where the masks come from',
      head: ['mask', 'source'],
      rows: [...new Map(attention.map(({ model, source }) => [model, source]))],
    },
  ];
  return { title: 'Attention under published masks', parts };
}

async function timeChart(figures: readonly AttentionFigure[]): Promise<PagePart> {
  const points = figures.map((figure) => {
    const work = (4 * figure.visibleShare * figure.length ** 2 * figure.headDim) / 1e9;
    const label = `${figure.model}, ${figure.length} tokens: ${formatMs(figure.computeMs)}`;
    return { series: `${figure.length} tokens`, x: work, y: figure.computeMs, label };
  });
  const marks = marksOf(
    points.map(({ series }) => series),
    { alike: true },
  );
  const [works, times] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const spec = curves({
    points,
    marks,
    x: { title: 'visible work, GFLOP', log: logAxis(works, String) },
    y: { title: 'time', log: logAxis(times, formatMs) },
    joined: false,
  });
  const caption = 'Time against visible work; lower is better';
  return { kind: 'chart', caption, chart: await drawChart(() => spec), legend: marks };
}

async function memoryChart(figures: readonly AttentionFigure[]): Promise<PagePart> {
  const dots = figures.flatMap((figure) => {
    const dot = (what: string, bytes: number) => ({
      case: figure.model,
      contestant: `${what} at ${figure.length} tokens`,
      x: bytes / 2 ** 20,
      label: `${what} at ${figure.length} tokens: ${formatBytes(bytes)}`,
    });
    return [dot('used', figure.maskBytes + tensorBytes(figure)), dot('all scores', figure.scoreBytes)];
  });
  const marks = marksOf(dots.map(({ contestant }) => contestant));
  const rows = { dots, marks, title: 'memory', format: formatMebibytes, base: 2 as const };
  const chart = await drawChart((width) => caseRows(rows, width));
  const caption = 'Memory used, and what a matrix of all scores would take; further left is better';
  return { kind: 'chart', caption, chart, legend: marks };
}

function machineSection({ machine, device, seconds }: DemoResult): PageSection {
  const text =
    `${device}; ${machine.cpu}, ${machine.threads} hardware threads, ${machine.os}, Node ${machine.node}, ` +
    `${machine.date}. The whole demo took ${seconds.toFixed(0)} s. Times are medians of warm runs.`;
  return { title: 'Machine', parts: [{ kind: 'text', text }] };
}

/** Q, K, V and O of one head in float32. */
const tensorBytes = ({ length, headDim }: AttentionFigure) => 4 * 4 * length * headDim;
