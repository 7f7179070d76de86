import { runCli } from '../src/index.js';

export { pythonMissing, runPython } from '../../../tools/config/python.js';
export { DATA, dataMissing } from '../../../tools/config/real-data.js';
export { temporaryFolder } from '../../../tools/config/temporary-folder.js';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line inside this process. */
export async function sparsek(args: readonly string[], signal = new AbortController().signal): Promise<Ran> {
  const written = { stdout: '', stderr: '' };
  const code = await runCli(args, {
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    signal,
  });
  return { code, ...written };
}
