import { MaskSyntaxError } from '@sparsek/types';
import { CommanderError } from 'commander';
import type { CliContext } from './context.js';
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.js';
import { plainText } from './output/plain-text.js';
import { createProgram } from './program.js';

/**
 * Runs the command line and returns its exit code. Never throws and never ends the process.
 *
 * @param args what stands behind `sparsek`.
 */
export async function runCli(
  args: readonly string[],
  { stdout, stderr, signal }: CliContext,
): Promise<ExitCode> {
  const context: CliContext = { stdout: plainText(stdout), stderr: plainText(stderr), signal };
  try {
    await createProgram(context).parseAsync([...args], { from: 'user' });
    return EXIT.done;
  } catch (error) {
    return report(error, args, context);
  }
}

function report(error: unknown, args: readonly string[], { stderr, signal }: CliContext): ExitCode {
  if (error instanceof CommanderError) {
    // Help and version were asked for and have been printed.
    if (error.exitCode === 0) return EXIT.done;
    const command = args.find((arg) => !arg.startsWith('-'));
    const help = command === undefined ? 'sparsek --help' : `sparsek ${command} --help`;
    // The library has no words for `help` of a command that there is not.
    if (error.code === 'commander.help') {
      stderr.write(
        `sparsek: Expected the name of a command but received "${args.at(-1)}"; see sparsek --help\n`,
      );
      return EXIT.usage;
    }
    const problem = oneLine(error)
      .replace(/^error: /, '')
      .replace(/\.$/, '');
    stderr.write(`sparsek: ${problem}; see ${help}\n`);
    return EXIT.usage;
  }
  const known = signal.aborted && error === signal.reason ? EXIT.interrupted : exitCodeOf(error);
  if (known !== undefined) {
    stderr.write(`sparsek: ${oneLine(error)}\n`);
    return known;
  }
  // A defect of SparseK itself: the stack is what a report needs.
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  stderr.write(`sparsek: unexpected error, please report it: ${text}\n`);
  return EXIT.failed;
}

/** Usage errors stand on one line. A mask's error draws the place below its first line, which says it all. */
function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return MaskSyntaxError.isInstance(error)
    ? message.split('\n', 1)[0]!
    : message.trim().replace(/\s*\n\s*/g, ' ');
}
