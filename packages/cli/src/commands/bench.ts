import type { BenchCase, BenchReport, CaseComparison, Suite, SuiteMaker } from '@sparsek/bench';
import { BackendUnavailableError } from '@sparsek/types';
import { Command, Option } from 'commander';
import type { CliContext } from '../context.js';
import { CheckFailedError, UsageError } from '../exit-codes.js';
import { writeText } from '../files/write-text.js';
import { type BackendOption, backendOption, parsePercent, parseSeconds } from '../options.js';
import { startProgress } from '../output/progress.js';
import { textTable } from '../output/table.js';
import { VERSION } from '../version.js';

interface BenchOptions {
  readonly backend: BackendOption;
  readonly peers?: boolean;
  readonly json?: string;
  readonly html?: string;
  readonly case?: string;
  readonly limit?: number;
  readonly profile?: boolean;
  readonly launchOnce?: boolean;
  readonly tolerance?: number;
  readonly relativeTo?: string;
}

export function benchCommand(context: CliContext): Command {
  return new Command('bench')
    .description(
      'Time a suite, against peers if asked, and check every result; exit code 1 when one is wrong.',
    )
    .argument('[suite]', 'name of a suite, a file of cases (.json), or "compare"; none: list the suites')
    .argument('[reports...]', 'with compare: two reports, the older one first')
    .addOption(backendOption())
    .option('--peers', 'also time every peer that is on this machine')
    .option('--json <OUT>', 'write the report as JSON')
    .option('--html <OUT>', 'write the report as one self-contained page')
    .option('--case <TEXT>', 'only the cases whose name contains this')
    .option('--profile', 'run the first case under Nsight Compute (ncu) and show what its kernels do')
    .addOption(new Option('--launch-once', 'what --profile runs under Nsight Compute').hideHelp())
    .option('--limit <SECONDS>', 'begin no case after so long; those left out are named', parseSeconds)
    .option(
      '--tolerance <PERCENT>',
      'compare: the smallest change that counts; 5 unless told, more for different machines',
      parsePercent,
    )
    .option('--relative-to <NAME>', 'compare: judge by this contestant of both reports only')
    .addHelpText(
      'after',
      `
Examples:
  sparsek bench
  sparsek bench cpu --peers --json cpu.json --html cpu.html
  sparsek bench my-cases.json
  sparsek bench gemm --backend cuda --profile --case "block 64"
  sparsek bench compare before.json after.json
  sparsek bench compare here.json there.json --tolerance 100 --relative-to "NumPy dense"`,
    )
    .action((suite: string | undefined, reports: readonly string[], options: BenchOptions) => {
      if (suite === 'compare') return compare(reports, options, context);
      if (reports.length > 0)
        throw new UsageError(`Expected one suite but received also ${reports.join(' ')}`);
      if (suite === undefined) return listSuites(context);
      if (options.launchOnce) return launchFirstCase(suite, options);
      return options.profile ? profile(suite, options, context) : bench(suite, options, context);
    });
}

async function listSuites({ stdout }: CliContext): Promise<void> {
  const { SUITES } = await import('@sparsek/bench');
  const rows = [...SUITES.values()]
    .map((make) => make('cpu'))
    .map(({ name, cases, description }) => [name, cases.length, description]);
  stdout.write(textTable(['suite', 'cases', 'description'], rows));
}

/** Times of a GPU are means over launches in a row, so that fewer rounds tell as much. */
const GPU_ROUNDS = { minRounds: 5, maxRounds: 20, budgetMs: 400 } as const;

async function bench(name: string, options: BenchOptions, context: CliContext): Promise<void> {
  const started = performance.now();
  const {
    findPythonPeers,
    isCudaBackend,
    measureLimits,
    renderBenchReport,
    runSuite,
    sparsekContestant,
    TABLE_HEAD,
    tableRows,
    watchDevice,
  } = await import('@sparsek/bench');
  const { openBackend } = await import('@sparsek/backend');
  const { json, html } = options;
  const makeSuite = await findSuite(name);
  using backend = await openBackend(options.backend);
  const device = backend.name === 'cuda' ? 'gpu' : 'cpu';
  const suite = chooseCases(makeSuite(device), options.case);
  const peers = options.peers ? await findPythonPeers(device) : { contestants: [], missing: [] };
  for (const { name: peer, reason } of peers.missing) {
    context.stderr.write(`sparsek: ${peer} does not take part: ${firstLine(reason)}\n`);
  }
  const progress = startProgress(context, `benchmarking ${suite.name}`);
  const gpu = isCudaBackend(backend) ? backend.cudaDevice.info : undefined;
  const watch = gpu && watchDevice(gpu.uuid);
  let report: BenchReport;
  try {
    // Only reports show the limits, and the float64 reference would take minutes for them.
    const wanted = (json ?? html) !== undefined && backend.name !== 'reference';
    const dtypes = suite.cases.map(({ dtype }) => dtype);
    const limits = wanted ? await measureLimits(backend, dtypes, { signal: context.signal }) : undefined;
    report = await runSuite(suite, [sparsekContestant(backend, VERSION), ...peers.contestants], {
      signal: context.signal,
      command: commandLine(name, options),
      // GPU contestants launch several times in a row instead, which is cheaper there.
      ...(gpu ? { ...GPU_ROUNDS, cacheBytes: gpu.l2Bytes } : { rewarm: true }),
      ...(watch ? { watch } : {}),
      ...(limits ? { limits } : {}),
      ...(options.limit === undefined ? {} : { limitMs: 1000 * options.limit - performance.now() + started }),
      onProgress: progress.update,
    });
  } finally {
    progress.stop();
    for (const peer of peers.contestants) await peer[Symbol.asyncDispose]();
    await watch?.[Symbol.asyncDispose]();
  }
  context.stdout.write(textTable(TABLE_HEAD, report.results.flatMap(tableRows)));
  for (const { name: left, reason } of report.notRun ?? []) {
    context.stderr.write(`sparsek: not run: ${left}: ${reason}\n`);
  }
  if (json !== undefined) await writeText(json, `${JSON.stringify(report, undefined, 2)}\n`, context.signal);
  if (html !== undefined) await writeText(html, await renderBenchReport(report), context.signal);
  refuseWrongResults(report);
}

/** The suite as a GPU runs it, since only there is something to profile. */
async function firstCase(name: string, part: string | undefined): Promise<BenchCase> {
  const { cases } = chooseCases((await findSuite(name))('gpu'), part);
  return cases.find((benchCase) => benchCase.name === part) ?? cases[0]!;
}

async function profile(name: string, options: BenchOptions, context: CliContext): Promise<void> {
  const { PROFILE_HEAD, profileCase, profileRows } = await import('@sparsek/bench');
  const benchCase = await firstCase(name, options.case);
  const { execPath, execArgv, argv } = process;
  const child = ['bench', name, '--backend', 'cuda', '--case', benchCase.name, '--launch-once'];
  const found = await profileCase(benchCase, {
    command: [execPath, ...execArgv, argv[1] ?? '', ...child],
    signal: context.signal,
  });
  if ('missing' in found) throw new BackendUnavailableError('cuda', `no profile: ${found.missing}`);
  context.stdout.write(`${benchCase.name}\n`);
  context.stdout.write(textTable(PROFILE_HEAD, profileRows(found.kernels, found.work)));
}

async function launchFirstCase(name: string, options: BenchOptions): Promise<void> {
  const { isCudaBackend, launchOnce } = await import('@sparsek/bench');
  const { openBackend } = await import('@sparsek/backend');
  using backend = await openBackend('cuda');
  if (isCudaBackend(backend)) await launchOnce(backend.cudaDevice, await firstCase(name, options.case));
}

async function findSuite(name: string): Promise<SuiteMaker> {
  const { loadSuite, SUITES } = await import('@sparsek/bench');
  if (name.endsWith('.json')) {
    const loaded = await loadSuite(name);
    return () => loaded;
  }
  const suite = SUITES.get(name);
  if (!suite) {
    const names = [...SUITES.keys()].join(', ');
    throw new UsageError(`Expected a suite (${names}), a .json file or "compare" but received "${name}"`);
  }
  return suite;
}

function chooseCases(suite: Suite, text: string | undefined): Suite {
  if (text === undefined) return suite;
  const cases = suite.cases.filter(({ name }) => name.includes(text));
  if (cases.length > 0) return { ...suite, cases };
  const names = suite.cases.map(({ name }) => name).join('; ');
  throw new UsageError(`Expected a part of a case's name (${names}) but received "${text}"`);
}

function refuseWrongResults({ results }: BenchReport): void {
  const wrong = results.filter(({ contestants }) => contestants[0]?.check?.passed === false);
  if (wrong.length === 0) return;
  const names = wrong.map((result) => result.case.name).join('; ');
  throw new CheckFailedError(`${wrong.length} of ${results.length} results are wrong: ${names}`);
}

async function compare(
  paths: readonly string[],
  { tolerance, relativeTo }: BenchOptions,
  context: CliContext,
): Promise<void> {
  const { compareReports, isRegression, loadReport } = await import('@sparsek/bench');
  const [before, after] = paths;
  if (before === undefined || after === undefined || paths.length > 2) {
    throw new UsageError(`Expected two reports after compare but received ${paths.length}`);
  }
  const changes = compareReports(await loadReport(before), await loadReport(after), {
    ...(tolerance === undefined ? {} : { tolerance: tolerance / 100 }),
    ...(relativeTo === undefined ? {} : { peer: relativeTo }),
  });
  const head = ['case', 'change', 'speed', 'threshold', 'judged'];
  context.stdout.write(textTable(head, changes.map(comparisonRow)));
  const regressions = changes.filter(isRegression);
  if (regressions.length > 0) {
    throw new CheckFailedError(
      `${regressions.length} of ${changes.length} cases became slower, wrong or missing`,
    );
  }
}

function comparisonRow({ name, change, ratio, threshold, note }: CaseComparison): string[] {
  const speed = ratio === undefined ? '-' : `${ratio.toPrecision(3)}x`;
  return [name, change, speed, `${(100 * threshold).toFixed(0)} %`, note];
}

/** What repeats a run; where its reports were written does not matter. */
function commandLine(name: string, { backend, peers, case: part, limit }: BenchOptions): string {
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
