import {
  formatBandwidth,
  formatFlops,
  formatMebibytes,
  formatMs,
  formatTimes,
  markdownTable,
} from '@sparsek/bench';
import { ATTENTION_PEER_TABLES } from './attention-peers.mjs';
import { crossoverTable } from './crossover.mjs';
import { GAP_TABLES } from './gap.mjs';
import { GPU_TABLES } from './gpu.mjs';
import { table } from './markdown.mjs';
import { largestNoise } from './noise.mjs';

/** Every table that a document can show: which record it comes from and how it is drawn. */
export const TABLES = {
  cpu: { record: 'cpu', draw: everything },
  'cpu-summary': { record: 'cpu', draw: cpuSummary },
  formats: { record: 'formats', draw: everything },
  memory: { record: 'memory', draw: memoryTable },
  host: { record: 'host', draw: everything },
  scaling: { record: 'scaling', draw: everything },
  crossover: { record: 'crossover', draw: crossover },
  limits: { record: 'cpu', draw: limitsTable },
  ...GPU_TABLES,
  ...GAP_TABLES,
  ...ATTENTION_PEER_TABLES,
};

function everything(report) {
  return `${markdownTable(report.results)}\n\n${provenance(report)}`;
}

/** Where and how a figure came about, under every table. */
function provenance({ command, machine, results }) {
  const { cpu, threads, os, node, date } = machine;
  return (
    `\`${command}\` on ${cpu}, ${threads} hardware threads, ${os.split(' ')[0]}, Node ${node}, ${date.slice(0, 10)}; ` +
    `a contestant against itself differed by at most ${largestNoise(results)}.`
  );
}

/** One line a product: how many times as long each peer takes. */
function cpuSummary(report) {
  const products = report.results.filter((result) => result.case.operation === 'spmm');
  const ratio = (result, name) => {
    const found = result.contestants.find((contestant) => contestant.name === name)?.timeRatio;
    return found === undefined ? '-' : formatTimes(found);
  };
  const rows = products.map((result) => {
    const [own] = result.contestants;
    return [
      result.case.name,
      formatMs(own.timing.median),
      formatFlops(own.usefulTflops),
      ratio(result, 'NumPy dense'),
      ratio(result, 'SciPy BSR'),
    ];
  });
  const attention = report.results.filter((result) => result.case.operation === 'attention');
  const [dense, window] = attention.map(({ contestants: [own] }) => own.timing.median);
  const comparison =
    dense === undefined || window === undefined
      ? ''
      : `\n\nAttention over 16384 tokens, 8 heads of 64: every key ${formatMs(dense)}, a window of 1024 keys ` +
        `${formatMs(window)}, ${(dense / window).toFixed(1)} times as fast.`;
  const head = ['product', 'time', 'useful rate', 'NumPy dense takes', 'SciPy BSR takes'];
  return `${table(head, rows)}${comparison}\n\n${provenance(report)}`;
}

function memoryTable(report) {
  const mebibytes = (bytes) => formatMebibytes(bytes / 2 ** 20);
  const rows = report.results.map(({ case: it, peakBytes, contestants: [own] }) => [
    `${it.queryLength}`,
    formatMs(own.timing.median),
    peakBytes === undefined ? '-' : mebibytes(peakBytes),
    // Q, K, V and O in float32.
    mebibytes(4 * 4 * it.batch * it.heads * it.queryLength * it.headDim),
    mebibytes(4 * it.batch * it.heads * it.queryLength * it.keyLength),
  ]);
  const head = ['tokens', 'time', 'peak memory', 'Q, K, V and O alone', 'all scores would take'];
  return `${table(head, rows)}\n\n${provenance(report)}`;
}

function crossover(report) {
  return `${crossoverTable(report.results)}\n\n${provenance(report)}`;
}

function limitsTable({ limits, ...report }) {
  if (limits === undefined) return 'Not recorded yet.';
  const rows = [
    ...limits.arithmetic.map(({ dtype, flopsPerSecond, kernel }) => [
      `arithmetic, ${dtype}`,
      formatFlops(flopsPerSecond / 1e12),
      kernel,
    ]),
    ['memory', formatBandwidth(limits.bytesPerSecond), limits.bandwidthKernel],
  ];
  return `${table(['limit', 'measured', 'by'], rows)}\n\n${provenance(report)}`;
}
