import { execFileSync } from 'node:child_process';
import { findCompiler, noCompiler } from '../toolchain.mjs';

/** Runs the C++ compiler that builds the addons; what it says goes where the tests' own output goes. */
export function runCxx(args: readonly string[]): void {
  const compiler = findCompiler();
  if (compiler === undefined) throw new Error(`The tests compile C++, and ${noCompiler()}`);
  execFileSync(compiler.command, [...compiler.args, ...args], { stdio: 'inherit' });
}
