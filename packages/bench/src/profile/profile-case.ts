import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeCaseData } from '../case/data.js';
import type { BenchCase } from '../case/schema.js';
import { type Work, workOf } from '../case/work.js';
import { type KernelProfile, NCU_OPTIONS, parseNcuCsv } from './ncu-metrics.js';

/** A case as Nsight Compute saw it, or why it did not. */
export type CaseProfile =
  | { readonly kernels: readonly KernelProfile[]; readonly work: Work }
  | { readonly missing: string };

export interface ProfileOptions {
  /** Program and arguments that launch the case once (`launchOnce`). */
  readonly command: readonly [program: string, ...args: string[]];
  /** Default `ncu`, found by PATH. */
  readonly ncu?: string;
  readonly signal?: AbortSignal;
}

/** Runs a command under Nsight Compute (ncu) and reads what it says of every kernel. */
export async function profileCase(benchCase: BenchCase, options: ProfileOptions): Promise<CaseProfile> {
  const { command, ncu = 'ncu', signal } = options;
  const folder = await mkdtemp(join(tmpdir(), 'sparsek-profile-'));
  const log = join(folder, 'ncu.csv');
  try {
    const ended = await run(ncu, [...NCU_OPTIONS, '--log-file', log, ...command], signal);
    if (typeof ended === 'string') return { missing: ended };
    const text = await readFile(log, 'utf8').catch(() => '');
    const kernels = parseNcuCsv(text);
    if (kernels.length === 0) return { missing: whyNothing(`${text}\n${ended.output}`) };
    return { kernels, work: workOf(makeCaseData(benchCase)) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

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

/** The lines that ncu marks as errors, else the last that was said. */
function whyNothing(output: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const error = lines.find((line) => line.startsWith('==ERROR=='));
  const said = error?.replace(/^==ERROR==\s*/, '') ?? lines.at(-1) ?? 'it said nothing';
  const remedy = /ERR_NVGPUCTRPERM/.test(output)
    ? ' (reading the counters needs root or NVreg_RestrictProfilingToAdminUsers=0)'
    : '';
  return `Nsight Compute saw no kernel: ${said}${remedy}`;
}
