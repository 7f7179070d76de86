import { formatFlops, formatMs } from '@sparsek/bench';
import { table } from './markdown.mjs';

/** Tables of a GPU's evidence, as tools/evidence/collect.mjs records it. */
export const GPU_TABLES = {
  'gpu-spmm-summary': {
    record: 'evidence/nvidia-h200',
    draw: (evidence) => productsTable(evidence, (name) => / 12\.5 %, f16$/.test(name) && name.includes('^3')),
  },
  'gpu-spmm': { record: 'evidence/nvidia-h200', draw: (evidence) => productsTable(evidence) },
  'gpu-validation': { record: 'evidence/nvidia-h200', draw: validationTable },
  'gpu-sanitizers': { record: 'evidence/nvidia-h200', draw: sanitizersTable },
};

function provenance({ gpu, gpuDetails, date }, command) {
  return `\`${command}\` on one ${gpu}, driver ${gpuDetails.driver_version}, ${date.slice(0, 10)}.`;
}

/** One line for each wanted product: our rate, and how many times as long each peer takes. */
function productsTable(evidence, wanted = () => true) {
  const report = evidence.benchmarks.find(({ suite }) => suite === 'gemm')?.report;
  if (report === undefined) return 'Not recorded yet.';
  const shown = report.results.filter((result) => wanted(result.case.name));
  const rows = shown.map((result) => {
    const [own] = result.contestants;
    const named = (name) => result.contestants.find((contestant) => contestant.name === name);
    const ratio = (name) => {
      const found = named(name)?.timeRatio;
      return found === undefined ? '-' : `${found.toFixed(2)}x`;
    };
    const dense = named('cuBLAS dense')?.denseTflops;
    return [
      result.case.name,
      formatMs(own.timing.median),
      formatFlops(own.usefulTflops),
      dense === undefined ? '-' : formatFlops(dense),
      ratio('cuBLAS dense'),
      ratio('PyTorch BSR'),
      own.check.passed ? 'ok' : 'WRONG',
    ];
  });
  const head = [
    'product',
    'time',
    'useful rate',
    'cuBLAS rate',
    'cuBLAS takes',
    'PyTorch BSR takes',
    'check',
  ];
  const noise = Math.max(...shown.map((result) => result.noise));
  return (
    `${table(head, rows)}\n\n${provenance(evidence, report.command)} A contestant against itself differed by at most ` +
    `${(100 * noise).toFixed(1)} %.`
  );
}

function validationTable(evidence) {
  const { checks, command } = evidence.validation;
  const operations = [...new Set(checks.map(({ name }) => name.split(/[ /:]/, 1)[0]))];
  const rows = operations.map((operation) => {
    const own = checks.filter(({ name }) => name.split(/[ /:]/, 1)[0] === operation);
    const count = (status) => own.filter((check) => check.status === status).length;
    const ratios = own.flatMap(({ error, bound }) => (error !== undefined && bound ? [error / bound] : []));
    const worst = ratios.length === 0 ? '-' : Math.max(...ratios).toPrecision(2);
    return [operation, count('passed'), count('failed'), count('skipped'), worst];
  });
  const head = ['operation', 'passed', 'failed', 'skipped', 'largest error / bound'];
  return `${table(head, rows)}\n\n${provenance(evidence, command.replace(/ --json .*/, ''))}`;
}

function sanitizersTable(evidence) {
  const rows = evidence.sanitizers.map(({ tool, operation, skipped, exitCode, output }) => {
    const summary = output?.match(/(RACECHECK|ERROR) SUMMARY: ([^\n]*)/)?.[2];
    return [
      tool,
      operation,
      skipped ?? (exitCode === 0 ? 'nothing found' : (summary ?? `exit code ${exitCode}`)),
    ];
  });
  return `${table(['tool', 'checks of', 'result'], rows)}\n\n${provenance(evidence, 'compute-sanitizer')}`;
}
