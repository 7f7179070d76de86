#!/usr/bin/env node
import { EXIT, InterruptedError } from './exit-codes.js';
import { runCli } from './run-cli.js';

const controller = new AbortController();
// The first Ctrl-C lets the command remove what it has begun; a second one ends the process at once.
process.once('SIGINT', () => controller.abort(new InterruptedError()));
process.once('SIGTERM', () => controller.abort(new InterruptedError()));

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough, such as `head`, is no error.
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  process.stderr.write(`sparsek: Standard output cannot be written: the system says ${error.code}\n`);
  process.exit(EXIT.usage);
});
// Without a listener the process would end with another exit code; there is nowhere left to say anything.
process.stderr.on('error', () => undefined);

const { stdout, stderr } = process;
process.exitCode = await runCli(process.argv.slice(2), { stdout, stderr, signal: controller.signal });
