import { Command } from 'commander';
import { attentionCommand } from './commands/attention.js';
import { benchCommand } from './commands/bench.js';
import { convertCommand } from './commands/convert.js';
import { demoCommand } from './commands/demo.js';
import { infoCommand } from './commands/info.js';
import { inspectCommand } from './commands/inspect.js';
import { matmulCommand } from './commands/matmul.js';
import { pruneCommand } from './commands/prune.js';
import { validateCommand } from './commands/validate.js';
import type { CliContext } from './context.js';
import { UsageError } from './exit-codes.js';
import { VERSION } from './version.js';

/** Every command. Each describes its arguments here and loads what it needs when it is run, so that all start quickly. */
const COMMANDS: readonly ((context: CliContext) => Command)[] = [
  infoCommand,
  inspectCommand,
  convertCommand,
  pruneCommand,
  matmulCommand,
  attentionCommand,
  validateCommand,
  benchCommand,
  demoCommand,
];

export function createProgram(context: CliContext): Command {
  const program = new Command('sparsek')
    .description('Block-sparse matrix products and attention on files.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText(
      'after',
      `
Exit codes: 0 done; 1 a check failed; 2 bad usage or input; 3 the backend is not available.

Examples:
  sparsek info
  sparsek inspect matrix.mtx --svg matrix.svg
  sparsek convert matrix.mtx matrix.npz --block 16x16
  sparsek matmul matrix.npz dense.npy product.npy --repeat 10 --json
  sparsek attention --q q.npy --k k.npy --v v.npy --out o.npy --mask "causal & window:1024"

Every command has its own help: sparsek help COMMAND`,
    );
  for (const command of COMMANDS) program.addCommand(command(context));
  // Options behind a command are that command's, also where both have one of that name.
  program.enablePositionalOptions();
  // Without this, a wrong name would be reported as one argument too many.
  program.allowExcessArguments(true).action(() => {
    const names = program.commands.map((command) => command.name()).join(', ');
    const received = program.args[0] === undefined ? 'none' : `"${program.args[0]}"`;
    throw new UsageError(`Expected a command (${names}) but received ${received}; see sparsek --help`);
  });
  for (const command of withSubcommands(program)) {
    command.exitOverride().configureOutput({
      writeOut: (text) => context.stdout.write(text),
      // Errors are printed in one place, from what is thrown.
      writeErr: () => undefined,
      getOutHelpWidth: () => context.stdout.columns ?? 100,
    });
    if (command !== program) command.allowExcessArguments(false).helpOption('-h, --help', 'print this help');
  }
  return program;
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}
