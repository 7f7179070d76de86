import { formatBandwidth, formatFlops, markdownTable, modelError, shareOfDenseRate } from '@sparsek/bench';
import { crossoverTable } from './crossover.mjs';
import { DENSE, provenance, suitesTable, suiteTable } from './gpu-suites.mjs';
import { table } from './markdown.mjs';
import { peerSummary } from './peer-summary.mjs';

export const RECORD = 'evidence/nvidia-h200';

/** Tables of a GPU's evidence, as tools/evidence/collect.mjs records it. */
export const GPU_TABLES = {
  'gpu-spmm-summary': { record: RECORD, draw: productsSummary },
  'gpu-spmm': { record: RECORD, draw: (evidence) => suitesTable(evidence, ['gemm', 'gemm-large']) },
  'gpu-spmm-aims': { record: RECORD, draw: aimsTable },
  'gpu-crossover': {
    record: RECORD,
    draw: (evidence) => suiteTable(evidence, 'crossover', crossoverTable),
  },
  'gpu-scaling': { record: RECORD, draw: (evidence) => suitesTable(evidence, ['scaling']) },
  'gpu-host': { record: RECORD, draw: (evidence) => suiteTable(evidence, 'host', markdownTable) },
  'gpu-attention': {
    record: RECORD,
    draw: (evidence) => suitesTable(evidence, ['attention', 'attention-long']),
  },
  'gpu-peers': { record: RECORD, draw: peerSummary },
  'gpu-attention-summary': { record: RECORD, draw: attentionSummary },
  'gpu-limits': { record: RECORD, draw: limitsTable },
  'gpu-model': { record: RECORD, draw: modelTable },
  'gpu-validation': { record: RECORD, draw: validationTable },
  'gpu-sanitizers': { record: RECORD, draw: sanitizersTable },
  'gpu-devices': { record: RECORD, draw: devicesTable },
};

/** What a reader of README needs: the dense product and the two fastest block-sparse ones. */
const MAIN_PEERS = [...DENSE, 'cuSPARSE Blocked-ELL', 'PyTorch BSR'];

function productsSummary(evidence) {
  const wanted = (name) => / 12\.5 %, f16$/.test(name) && name.includes('^3');
  return suitesTable(evidence, ['gemm'], { wanted, peers: (name) => MAIN_PEERS.includes(name) });
}

/** One of each kind of mask: dense, causal, window, random blocks, published models, documents; also what is slower. */
const MAIN_MASKS =
  /(dense|causal|window 4096|random 12\.5 % of blocks), D = 128, (16K|32K) tokens, \d+ heads$|dense, D = 64|BigBird|gpt-oss|Phi-3|MInference|pack (8|14)|1M tokens/;

/** The fastest dense ones on Hopper and those that take any blocks. */
const MAIN_ATTENTION = [
  'cuDNN attention',
  'FlashAttention-3',
  'FlashInfer, block-sparse',
  'FlexAttention',
  'FlexAttention, blocks of 64',
];

function attentionSummary(evidence) {
  return suitesTable(evidence, ['attention', 'attention-long'], {
    wanted: (name) => MAIN_MASKS.test(name),
    peers: (name) => MAIN_ATTENTION.includes(name),
  });
}

/** Shares of the dense rate that the kernels aim at: by block, of the products in the table's head. */
const AIMED_AT = ['8192^3 12.5 %', '8192^3 25 %', '8192^3 50 %', '4096^3 12.5 %', '16384^3 12.5 %'];
const AIMS = {
  128: [0.9, 0.93, 0.93, 0.75, 0.88],
  64: [0.62, 0.62, 0.62, 0.5, 0.58],
  32: [0.38, 0.4, 0.4, 0.3, 0.36],
  16: [0.2, 0.22, 0.22, 0.17, 0.19],
};

/** Our useful rate as a share of the dense rate on random data, beside what is aimed at; misses in bold. */
function aimsTable(evidence) {
  const results = evidence.benchmarks.flatMap(({ report }) => report?.results ?? []);
  const rows = Object.entries(AIMS).map(([block, aims]) => [
    block,
    ...aims.map((aim, column) => {
      const [product, density] = AIMED_AT[column].split(/ (.*)/);
      const name = `spmm ${product}, block ${block}, ${density}, f16`;
      const result = results.find((candidate) => candidate.case.name === name);
      const share = result && shareOfDenseRate(result, result.contestants[0]);
      if (share === undefined) return `- of ${aim.toFixed(2)}`;
      const text = `${share.toFixed(2)} of ${aim.toFixed(2)}`;
      return Number(share.toFixed(2)) < aim ? `**${text}**` : text;
    }),
  ]);
  return table(['block', ...AIMED_AT], rows);
}

/** What the GPU can do at most: building block by building block, or as its products found it. */
function limitsTable(evidence) {
  const alone = evidence.limits?.find(({ report }) => report !== undefined);
  const gemm = evidence.benchmarks.find(({ suite }) => suite === 'gemm')?.report;
  const limits = alone?.report.limits ?? gemm?.limits;
  if (limits?.bandwidths === undefined) return 'Not recorded yet.';
  const { arithmetic, instructions = [], bandwidths } = limits;
  const rows = [
    ...arithmetic.map(({ dtype, flopsPerSecond }) => [
      `matrix products, ${dtype}`,
      formatFlops(flopsPerSecond / 1e12),
    ]),
    ...instructions.map(({ what, flopsPerSecond }) => [what, formatFlops(flopsPerSecond / 1e12)]),
    ...bandwidths.map(({ what, bytesPerSecond }) => [what, formatBandwidth(bytesPerSecond)]),
  ];
  const command = alone ? alone.command.replace(/ --json .*/, '') : gemm.command;
  return `${table(['limit', 'measured'], rows)}\n\n${provenance(evidence, command)}`;
}

/** How far the times that those limits expect are from the measured ones. */
function modelTable(evidence) {
  const percent = (share) => `${(100 * share).toFixed(0)} %`;
  const rows = evidence.benchmarks.flatMap(({ suite, report }) => {
    const error = modelError(report?.results ?? []);
    if (error === undefined) return [];
    const { cases, median, worst, worstCase } = error;
    return [[suite, cases, percent(median), percent(worst), worstCase]];
  });
  if (rows.length === 0) return 'Not recorded yet.';
  return table(['suite', 'cases', 'off by (median)', 'at worst', 'in'], rows);
}

/** The first word of a check's name is its operation. */
const operationOf = ({ name }) => name.split(/[ /:]/, 1)[0];

const kernelsOf = (command) => (command.includes('=portable') ? 'portable' : 'as chosen');

function validationTable(evidence) {
  const rows = evidence.validations.flatMap(({ command, checks }) => {
    const operations = [...new Set(checks.map(operationOf))];
    return operations.map((operation) => {
      const own = checks.filter((check) => operationOf(check) === operation);
      const count = (status) => own.filter((check) => check.status === status).length;
      const ratios = own.flatMap(({ error, bound }) => (error !== undefined && bound ? [error / bound] : []));
      const worst = ratios.length === 0 ? '-' : Math.max(...ratios).toPrecision(2);
      return [
        operation,
        kernelsOf(command, operation),
        count('passed'),
        count('failed'),
        count('skipped'),
        worst,
      ];
    });
  });
  const head = ['operation', 'kernels', 'passed', 'failed', 'skipped', 'largest error / bound'];
  const [{ command }] = evidence.validations;
  return `${table(head, rows)}\n\n${provenance(evidence, command.replace(/ --json .*/, ''))}`;
}

function sanitizersTable(evidence) {
  const rows = evidence.sanitizers.map(({ tool, checks, skipped, failed, exitCode, output }) => {
    const summary = output?.match(/(RACECHECK|ERROR) SUMMARY: ([^\n]*)/)?.[2];
    const result =
      skipped ?? failed ?? (exitCode === 0 ? 'nothing found' : (summary ?? `exit code ${exitCode}`));
    return [tool, checks, result];
  });
  return `${table(['tool', 'checks', 'result'], rows)}\n\n${provenance(evidence, 'compute-sanitizer')}`;
}

/** One row a check; what it says on further lines, which are indented, stands below its first one. */
function devicesTable(evidence) {
  const rows = [];
  for (const line of evidence.devices.flatMap(({ output }) => output?.split('\n') ?? [])) {
    const found = line.match(/^(ok|FAILED) +([^:]+): (.*)$/);
    if (found) rows.push([found[2], found[1], found[3]]);
    else if (/^\s+\S/.test(line) && rows.length > 0) rows.at(-1)[2] += `<br>${line.trim()}`;
  }
  if (rows.length === 0) return 'Not recorded yet.';
  const devices = new Set(rows.flatMap(([check]) => check.match(/^device \d+/) ?? [])).size;
  const machine = devices > 1 ? `a machine with ${devices} ${evidence.gpu}` : undefined;
  return `${table(['check', 'result', 'measured'], rows)}\n\n${provenance(evidence, 'dist-gpu/devices', machine)}`;
}
