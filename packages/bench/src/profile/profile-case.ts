import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchCase } from '../case/schema.js';
import { type Work, workOfCase } from '../case/work.js';
import { launchedL2Bytes } from './launched-line.js';
import { type KernelProfile, NCU_OPTIONS, parseNcuCsv } from './ncu-metrics.js';

/** A case as Nsight Compute saw it. */
export interface Profile {
  /** In the order of their launches. */
  readonly kernels: readonly KernelProfile[];
  readonly work: Work;
  /** Bytes that the plan counts through the L2 cache, where it tells. */
  readonly plannedL2Bytes?: number;
}

/** The profile, or why there is none. */
export type CaseProfile = Profile | { readonly missing: string };

export interface ProfileOptions {
  /** Program and arguments that launch the case once (`launchOnce`) and print the line that this gives. */
  readonly command: readonly [program: string, ...args: string[]];
  /** Default `ncu`, found by PATH. */
  readonly ncu?: string;
  readonly signal?: AbortSignal;
}

/**
 * Runs a command under Nsight Compute (ncu) and reads what it says of the kernels of the case's operation: those that
 * are launched in the addon's range for it, not those that pack or check operands before.
 */
export async function profileCase(benchCase: BenchCase, options: ProfileOptions): Promise<CaseProfile> {
  const { command, ncu = 'ncu', signal } = options;
  const { operation } = benchCase;
  if (operation === 'convert') return { missing: 'a conversion launches nothing on the GPU' };
  const folder = await mkdtemp(join(tmpdir(), 'sparsek-profile-')).catch(() => undefined);
  if (folder === undefined) return { missing: `no folder can be made for temporary files in ${tmpdir()}` };
  const log = join(folder, 'ncu.csv');
  try {
    const chosen = ['--nvtx', '--nvtx-include', pushPopRange(`sparsek.${operation}`)];
    const ended = await run(ncu, [...NCU_OPTIONS, ...chosen, '--log-file', log, ...command], signal);
    if (typeof ended === 'string') return { missing: ended };
    const text = await readFile(log, 'utf8').catch(() => '');
    const kernels = parseNcuCsv(text);
    if (kernels.length === 0) return { missing: whyNothing(text, ended.output) };
    const plannedL2Bytes = launchedL2Bytes(ended.output);
    return {
      ...{ kernels, work: workOfCase(benchCase) },
      ...(plannedL2Bytes === undefined ? {} : { plannedL2Bytes }),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** As --nvtx-include writes a range of a thread; without the slash it would be a range of the process. */
const pushPopRange = (name: string) => `${name}/`;

function run(
  program: string,
  args: readonly string[],
  signal: AbortSignal | undefined,
): Promise<{ output: string } | string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...(signal ? { signal } : {}) });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output = (output + chunk.toString('utf8')).slice(-KEPT);
      });
    }
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (signal?.aborted) reject(signal.reason);
      else if (error.code === 'ENOENT') resolve(`${program} (Nsight Compute) is not on this machine`);
      else resolve(`${program} could not be started (${error.message})`);
    });
    child.on('close', () => resolve({ output }));
  });
}

/** How much of the output is kept to explain a failure. */
const KEPT = 8000;

/** What ncu marks as an error, unless that is the program's own end; else the last that either said. */
function whyNothing(log: string, output: string): string {
  const [told, printed] = [linesOf(log), linesOf(output)];
  const error = [...told, ...printed].find((line) => line.startsWith('==ERROR=='));
  const ended = error !== undefined && /application returned an error code/i.test(error);
  const said = (ended ? printed.at(-1) : undefined) ?? error ?? printed.at(-1) ?? told.at(-1);
  const remedy = /ERR_NVGPUCTRPERM/.test(log + output)
    ? ' (reading the counters needs root or NVreg_RestrictProfilingToAdminUsers=0)'
    : '';
  return `Nsight Compute saw no kernel: ${said?.replace(/^==\w+==\s*/, '') ?? 'it said nothing'}${remedy}`;
}

const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
