import type { BenchReport } from '@sparsek/bench';
import type { CliContext } from '../context.js';
import { CheckFailedError, InterruptedError } from '../exit-codes.js';
import { checkOutputs, isStdout, type JsonOutput, putJson } from '../files/outputs.js';
import { writeText } from '../files/write-text.js';
import type { BackendOption } from '../options.js';
import { startProgress } from '../output/progress.js';
import { VERSION } from '../version.js';
import { chooseCases, findSuite } from './find-suite.js';
import { printReport } from './print-report.js';

export interface RunOptions {
  readonly backend: BackendOption;
  readonly peers?: boolean;
  readonly json?: JsonOutput;
  readonly html?: string;
  readonly case?: string;
  readonly limit?: number;
}

/** Times of a GPU are means over launches in a row, so that fewer rounds tell as much. */
const GPU_ROUNDS = { minRounds: 5, maxRounds: 20, budgetMs: 400 } as const;

const BUSY_NOTE =
  'sparsek: this machine was busy before (see machine.load): times may be far off, of peers with many threads most\n';

export async function runBench(name: string, options: RunOptions, context: CliContext): Promise<void> {
  const { json, html } = options;
  await checkOutputs({ '--json': json, '--html': html });
  const report = await measure(name, options, context);
  const { isBusy } = await import('@sparsek/bench');
  const onProcessor = report.results[0]?.contestants[0]?.name === 'sparsek cpu';
  if (onProcessor && isBusy(report.machine)) context.stderr.write(BUSY_NOTE);
  for (const { name: left, reason } of report.notRun ?? []) {
    context.stderr.write(`sparsek: not run: ${left}: ${reason}\n`);
  }
  if (!isStdout(json)) await printReport(report, context);
  await putJson(json, report, context);
  if (html !== undefined) await writePage(html, report, context, json);
  refuseWrongResults(report);
}

/** What was measured stands in the JSON file by now, which an interruption must not deny. */
async function writePage(
  path: string,
  report: BenchReport,
  { signal }: CliContext,
  json: JsonOutput,
): Promise<void> {
  const { renderBenchReport } = await import('@sparsek/bench');
  try {
    await writeText(path, await renderBenchReport(report), signal);
  } catch (error) {
    if (!signal.aborted || typeof json !== 'string' || isStdout(json)) throw error;
    throw new InterruptedError(`${json} was written, ${path} was not`);
  }
}

async function measure(name: string, options: RunOptions, context: CliContext): Promise<BenchReport> {
  const started = performance.now();
  const { findPythonPeers, isCudaBackend, measureLimits, runSuite, sparsekContestant, watchDevice } =
    await import('@sparsek/bench');
  const { openBackend } = await import('@sparsek/backend');
  const { signal } = context;
  const makeSuite = await findSuite(name);
  using backend = await openBackend(options.backend);
  const device = backend.name === 'cuda' ? 'gpu' : 'cpu';
  const suite = chooseCases(makeSuite(device), options.case);
  const peers = options.peers ? await findPythonPeers(device, { signal }) : { contestants: [], missing: [] };
  for (const { name: peer, reason } of peers.missing) {
    context.stderr.write(`sparsek: ${peer} does not take part: ${firstLine(reason)}\n`);
  }
  const progress = startProgress(context, `benchmarking ${suite.name}`);
  const gpu = isCudaBackend(backend) ? backend.cudaDevice.info : undefined;
  const watch = gpu && watchDevice(gpu.uuid);
  try {
    // Only reports show the limits, and the float64 reference would take minutes for them.
    const wanted = (options.json ?? options.html) !== undefined && backend.name !== 'reference';
    const dtypes = suite.cases.map(({ dtype }) => dtype);
    const limits = wanted ? await measureLimits(backend, dtypes, { signal }) : undefined;
    return await runSuite(suite, [sparsekContestant(backend, VERSION), ...peers.contestants], {
      signal,
      command: commandLine(name, options),
      // GPU contestants launch several times in a row instead, which is cheaper there.
      ...(gpu ? { ...GPU_ROUNDS, cacheBytes: gpu.l2Bytes } : { rewarm: true }),
      ...(watch ? { watch } : {}),
      ...(limits ? { limits } : {}),
      missingPeers: [...peers.missing],
      ...(options.limit === undefined ? {} : { limitMs: 1000 * options.limit - performance.now() + started }),
      onProgress: progress.update,
    });
  } finally {
    progress.stop();
    for (const peer of peers.contestants) await peer[Symbol.asyncDispose]();
    await watch?.[Symbol.asyncDispose]();
  }
}

/** @throws CheckFailedError when a result of this library is wrong. */
export function refuseWrongResults({ results }: BenchReport): void {
  const wrong = results.filter(({ contestants }) => contestants[0]?.check?.passed === false);
  if (wrong.length === 0) return;
  const names = wrong.map((result) => result.case.name).join('; ');
  throw new CheckFailedError(`${wrong.length} of ${results.length} results are wrong: ${names}`);
}

/** What repeats a run; where its reports were written does not matter. */
function commandLine(name: string, { backend, peers, case: part, limit }: RunOptions): string {
  return [
    'sparsek bench',
    name,
    ...(backend === 'auto' ? [] : ['--backend', backend]),
    ...(peers ? ['--peers'] : []),
    ...(part === undefined ? [] : ['--case', JSON.stringify(part)]),
    ...(limit === undefined ? [] : ['--limit', `${limit}`]),
  ].join(' ');
}

const firstLine = (text: string) => text.split('\n', 1)[0]!;
