import { formatFlops, formatMs, formatTimes, shareOfDenseRate } from '@sparsek/bench';
import { table } from './markdown.mjs';
import { largestNoise } from './noise.mjs';

/** Names of the dense product, best yardstick first: zeros draw less power, so A without them is slower. */
export const DENSE = ['cuBLAS, dense random A', 'cuBLAS dense'];

/** One line for each wanted case of some suites: our rate, and how many times as long each peer takes. */
export function suitesTable(evidence, suites, { wanted = () => true, peers = () => true } = {}) {
  const reports = reportsOf(evidence, suites);
  const shown = reports.flatMap(({ results }) => results).filter((result) => wanted(result.case.name));
  if (shown.length === 0) return 'Not recorded yet.';
  const ran = shown.flatMap(({ contestants }) => contestants.slice(1).filter(({ timing }) => timing));
  const names = [...new Set(ran.map(({ name }) => name))].filter(peers);
  const dense = DENSE.find((name) => names.includes(name));
  const shares = (result) => shareOfDenseRate(result, result.contestants[0]);
  const hasShares = shown.some((result) => shares(result) !== undefined);
  const rows = shown.map((result) => {
    const [own] = result.contestants;
    const named = (name) => result.contestants.find((contestant) => contestant.name === name);
    const denseTflops = named(dense)?.denseTflops;
    return [
      result.case.name,
      own.timing ? formatMs(own.timing.median) : `skipped: ${own.skipped}`,
      own.usefulTflops === undefined ? '-' : formatFlops(own.usefulTflops),
      ...(dense === undefined ? [] : [denseTflops === undefined ? '-' : formatFlops(denseTflops)]),
      ...(hasShares ? [shares(result)?.toFixed(2) ?? '-'] : []),
      ...names.map((name) => takes(named(name))),
      own.check === undefined ? '-' : own.check.passed ? 'ok' : 'WRONG',
    ];
  });
  const head = [
    'case',
    'time',
    'useful rate',
    ...(dense === undefined ? [] : [`rate of ${dense}`]),
    ...(hasShares ? ['of that rate'] : []),
    ...names.map((name) => `${name} takes`),
    'check',
  ];
  return `${table(head, rows)}\n\n${timed(evidence, reports, shown)}`;
}

/** How many times as long a peer takes; a wrong answer is no time to compare with. */
function takes(peer) {
  if (peer?.timeRatio === undefined) return '-';
  return peer.check?.passed === false ? 'WRONG' : formatTimes(peer.timeRatio);
}

/** One suite as another kind of table, which a function draws of its results. */
export function suiteTable(evidence, suite, draw) {
  const [report] = reportsOf(evidence, [suite]);
  if (report === undefined) return 'Not recorded yet.';
  return `${draw(report.results)}\n\n${timed(evidence, [report], report.results)}`;
}

const reportsOf = ({ benchmarks }, suites) =>
  benchmarks.flatMap(({ suite, report }) => (suites.includes(suite) && report !== undefined ? [report] : []));

/** Where and how figures came about, under every table. */
export function provenance({ gpu, gpuDetails, date }, command, machine = `one ${gpu}`) {
  return `\`${command}\` on ${machine}, driver ${gpuDetails.driver_version}, ${date.slice(0, 10)}.`;
}

function timed(evidence, reports, results) {
  const commands = reports.map(({ command }) => command).join('`, `');
  return `${provenance(evidence, commands)} A contestant against itself differed by at most ${largestNoise(results)}.`;
}
