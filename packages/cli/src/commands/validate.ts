import type { CheckReport, ConformanceReport } from '@sparsek/validator';
import { Command, Option } from 'commander';
import type { CliContext } from '../context.js';
import { CheckFailedError, UsageError } from '../exit-codes.js';
import { checkOutputs, isStdout, putJson } from '../files/outputs.js';
import { type BackendOption, backendOption, parseDevice, parseSeed } from '../options.js';
import { formatMs } from '../output/numbers.js';
import { startProgress } from '../output/progress.js';
import { textTable } from '../output/table.js';

interface ValidateOptions {
  readonly backend: BackendOption;
  readonly device?: number;
  readonly only?: string;
  readonly seed: number;
  readonly level: 'quick' | 'thorough';
  readonly json?: string;
}

/** Failed checks that are printed in full. */
const MOST_FAILURES = 20;

export function validateCommand(context: CliContext): Command {
  return new Command('validate')
    .description('Hold a backend against the float64 reference; exit code 1 when any check fails.')
    .addOption(backendOption())
    .option(
      '--device <N>',
      'number of the GPU, in the order of "sparsek info" (default: the first one)',
      parseDevice,
    )
    .option(
      '--only <name>',
      "an operation (spmm, sddmm, spgemm, spmm24, attention) or part of a check's name",
    )
    .option('--seed <N>', 'seed of the random cases', parseSeed, 0)
    .addOption(
      new Option('--level <level>', 'how many cases').choices(['quick', 'thorough']).default('quick'),
    )
    .option('--json <OUT>', 'write every check with error and bound to a file; - is stdout')
    .addHelpText(
      'after',
      `
Examples:
  sparsek validate
  sparsek validate --backend cuda --level thorough --json cuda.json
  sparsek validate --backend cuda --device 1
  sparsek validate --backend cpu --only attention --seed 7`,
    )
    .action((options: ValidateOptions) => validate(options, context));
}

async function validate(options: ValidateOptions, context: CliContext): Promise<void> {
  const { openBackend } = await import('@sparsek/backend');
  const { runConformance } = await import('@sparsek/validator');
  const { only, seed, level, device, json } = options;
  await checkOutputs({ '--json': json });
  const choice = device === undefined ? {} : { device };
  using backend = await openBackend(options.backend, choice);
  const progress = startProgress(context, `validating ${backend.name}`);
  let report: ConformanceReport;
  try {
    report = await runConformance(backend, {
      seed,
      level,
      signal: context.signal,
      openAnother: () => openBackend(options.backend, choice),
      ...(only !== undefined && { only }),
      onCase: (_, done, total) => progress.update(done / total),
    });
  } finally {
    progress.stop();
  }
  if (report.cases.length === 0) {
    throw new UsageError(
      `Expected an operation or part of a check's name for --only but received "${only}", which fits none`,
    );
  }
  await putJson(json, report, context);
  const failed = report.cases.filter((check) => check.status === 'failed');
  if (!isStdout(json)) context.stdout.write(summary(report) + failures(failed));
  if (failed.length > 0) {
    throw new CheckFailedError(
      `${failed.length} of ${report.cases.length} checks of the ${report.backend} backend failed`,
    );
  }
}

function failures(failed: readonly CheckReport[]): string {
  const lines = failed.slice(0, MOST_FAILURES).map((check) => `FAILED ${check.name}: ${check.reason}\n`);
  const more = failed.length - lines.length;
  return lines.join('') + (more > 0 ? `and ${more} more\n` : '');
}

function summary(report: ConformanceReport): string {
  const operations = [...new Set(report.cases.map((check) => check.operation))];
  const rows = operations.map((operation) => {
    const checks = report.cases.filter((check) => check.operation === operation);
    const count = (status: CheckReport['status']) => checks.filter((check) => check.status === status).length;
    return [operation, count('passed'), count('failed'), count('skipped'), worst(checks)];
  });
  const head = `${report.backend} (${report.device}), ${report.level}, seed ${report.seed}, ${formatMs(1000 * report.seconds)}\n`;
  return head + textTable(['operation', 'passed', 'failed', 'skipped', 'largest error / bound'], rows);
}

/** How near the results come to their bounds. */
function worst(checks: readonly CheckReport[]): string {
  const ratios = checks.flatMap(({ error, bound }) => (error !== undefined && bound ? [error / bound] : []));
  return ratios.length === 0 ? '-' : `${Number(Math.max(...ratios).toPrecision(2))}`;
}
