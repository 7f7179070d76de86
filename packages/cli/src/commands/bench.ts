import { Argument, Command, Option } from 'commander';
import { type CompareCommandOptions, compare } from '../bench/compare.js';
import { showLimits } from '../bench/limits.js';
import { launchFirstCase, profile } from '../bench/profile.js';
import { showRecorded } from '../bench/recorded.js';
import { type RunOptions, runBench } from '../bench/run.js';
import { listSuites, printCases, printSchema } from '../bench/suites.js';
import type { CliContext } from '../context.js';
import { UsageError } from '../exit-codes.js';
import type { JsonOutput } from '../files/outputs.js';
import { type BackendOption, backendOption, parsePercent, parseSeconds } from '../options.js';

interface BenchOptions extends RunOptions {
  readonly profile?: boolean;
  readonly launchOnce?: boolean;
}

const JSON_OPTION = [
  '--json [OUT]',
  'write the report as JSON; without OUT to stdout, and nothing else',
] as const;

export function benchCommand(context: CliContext): Command {
  return (
    new Command('bench')
      .description(
        'Time a suite, against peers if asked, and check every result; exit code 1 when one is wrong.',
      )
      .argument('[suite]', 'name of a suite, or a file of cases (.json); none: list the suites')
      .addOption(backendOption())
      .option('--peers', 'also time every peer that is on this machine')
      .option(...JSON_OPTION)
      .option('--html <OUT>', 'write the report as one self-contained page')
      .option('--case <TEXT>', 'only the cases whose name contains this')
      .option('--profile', 'run the first case under Nsight Compute (ncu) and show what its kernels do')
      .addOption(new Option('--launch-once', 'what --profile runs under Nsight Compute').hideHelp())
      .option('--limit <SECONDS>', 'begin no case after so long; those left out are named', parseSeconds)
      // Options behind a subcommand are the subcommand's.
      .enablePositionalOptions()
      .addHelpText(
        'after',
        `
Examples:
  sparsek bench
  sparsek bench cpu --peers --json cpu.json --html cpu.html
  sparsek bench cases cpu > my-cases.json
  sparsek bench my-cases.json
  sparsek bench gemm --backend cuda --profile --case "block 64"
  sparsek bench limits
  sparsek bench report cpu.json --html cpu.html
  sparsek bench compare before.json after.json`,
      )
      .action((suite: string | undefined, options: BenchOptions) => run(suite, options, context))
      .addCommand(reportCommand(context))
      .addCommand(compareCommand(context))
      .addCommand(limitsCommand(context))
      .addCommand(casesCommand(context))
      .addCommand(schemaCommand(context))
  );
}

function run(suite: string | undefined, options: BenchOptions, context: CliContext): Promise<void> {
  if (suite === undefined) {
    const asked = Object.entries(options).filter(([name]) => name !== 'backend');
    if (asked.length === 0) return listSuites(context);
    throw new UsageError(`Expected a suite before --${asked[0]![0]}; "sparsek bench" lists them`);
  }
  if (options.launchOnce) return launchFirstCase(suite, options.case, context);
  return options.profile ? profile(suite, options.case, context) : runBench(suite, options, context);
}

function reportCommand(context: CliContext): Command {
  return new Command('report')
    .description('Show a recorded report: the table of the run, and its page.')
    .argument('<FILE>', 'report of a run (.json), or a record of several runs')
    .argument('[suite]', 'which of several')
    .option('--html <OUT>', 'write it as one self-contained page')
    .addHelpText(
      'after',
      `
Examples:
  sparsek bench report cpu.json
  sparsek bench report docs/evidence/nvidia-h200.json gemm --html gemm.html`,
    )
    .action((file: string, suite: string | undefined, options: { html?: string }) =>
      showRecorded(file, suite, options, context),
    );
}

function compareCommand(context: CliContext): Command {
  return new Command('compare')
    .description('Show what became faster or slower beyond noise; exit code 1 on a regression.')
    .argument('<OLD>', 'report of the older run (.json), or a record of several suites')
    .argument('<NEW>', 'report of the newer run')
    .option(
      '--tolerance <PERCENT>',
      'the smallest change that counts; 5 unless told, more for different machines',
      parsePercent,
    )
    .option('--relative-to <NAME>', 'judge by this contestant of both reports only')
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      `
Examples:
  sparsek bench compare before.json after.json
  sparsek bench compare docs/evidence/nvidia-h200.json gemm.json
  sparsek bench compare here.json there.json --tolerance 100 --relative-to "NumPy dense"`,
    )
    .action((before: string, after: string, options: CompareCommandOptions) =>
      compare(before, after, options, context),
    );
}

function limitsCommand(context: CliContext): Command {
  return new Command('limits')
    .description('Measure what the machine can do at most: arithmetic, memory and caches, one at a time.')
    .addOption(backendOption())
    .option(...JSON_OPTION)
    .action((options: { backend: BackendOption; json?: JsonOutput }) => showLimits(options, context));
}

function casesCommand(context: CliContext): Command {
  return new Command('cases')
    .description('Print a suite as the JSON file that "sparsek bench" reads, to be edited.')
    .argument('<suite>', 'name of a suite')
    .addOption(backendOption())
    .addHelpText('after', '\nExample:\n  sparsek bench cases gemm --backend cuda > my-cases.json')
    .action((suite: string, { backend }: { backend: BackendOption }) => printCases(suite, backend, context));
}

function schemaCommand(context: CliContext): Command {
  return new Command('schema')
    .description('Print the JSON Schema of files of cases, or of reports.')
    .addArgument(new Argument('[of]').choices(['suite', 'report']).default('suite'))
    .action((of: 'suite' | 'report') => printSchema(of, context));
}
