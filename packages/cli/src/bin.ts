#!/usr/bin/env node
import { InterruptedError } from './exit-codes.js';
import { runCli } from './run-cli.js';

const controller = new AbortController();
// The first Ctrl-C lets the command remove what it has begun; a second one ends the process at once.
process.once('SIGINT', () => controller.abort(new InterruptedError()));
process.once('SIGTERM', () => controller.abort(new InterruptedError()));

// A reader that has seen enough, such as `head`, is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const { stdout, stderr } = process;
process.exitCode = await runCli(process.argv.slice(2), { stdout, stderr, signal: controller.signal });
