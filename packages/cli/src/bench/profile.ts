import { BackendUnavailableError } from '@sparsek/types';
import type { CliContext } from '../context.js';
import { textTable } from '../output/table.js';
import { firstCase } from './find-suite.js';

/** Runs the first case under Nsight Compute, by this command line once more. */
export async function profile(name: string, part: string | undefined, context: CliContext): Promise<void> {
  const { PROFILE_HEAD, profileCase, profileRows } = await import('@sparsek/bench');
  const benchCase = await firstCase(name, part);
  const { execPath, execArgv, argv } = process;
  const child = ['bench', name, '--backend', 'cuda', '--case', benchCase.name, '--launch-once'];
  const found = await profileCase(benchCase, {
    command: [execPath, ...execArgv, argv[1] ?? '', ...child],
    signal: context.signal,
  });
  if ('missing' in found) throw new BackendUnavailableError('cuda', `no profile: ${found.missing}`);
  context.stdout.write(`${benchCase.name}\n`);
  context.stdout.write(textTable(PROFILE_HEAD, profileRows(found)));
}

/** What `profile` runs under Nsight Compute. */
export async function launchFirstCase(
  name: string,
  part: string | undefined,
  { stdout }: CliContext,
): Promise<void> {
  const { isCudaBackend, launchOnce } = await import('@sparsek/bench');
  const { openBackend } = await import('@sparsek/backend');
  using backend = await openBackend('cuda');
  if (!isCudaBackend(backend)) return;
  const told = await launchOnce(backend.cudaDevice, await firstCase(name, part));
  if (told !== undefined) stdout.write(`${told}\n`);
}
