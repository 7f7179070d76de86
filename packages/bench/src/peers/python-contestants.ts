import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bsrToDense } from '@sparsek/bsr';
import { readTensor, writeMatrix, writeTensor } from '@sparsek/bsr/io';
import type { Dtype, Values } from '@sparsek/types';
import type { CaseData, SpmmData } from '../case/data.js';
import type { BenchCase } from '../case/schema.js';
import type { Contestant, PreparedRun, Skipped } from '../runner/contestant.js';
import { type PythonProcess, startPython } from './python-process.js';

/** Beside `dist` in the package, two folders up from this file in a checkout. */
function peerServer(): string {
  const candidates = ['../peers/serve.py', '../../peers/serve.py'].map((path) => {
    return fileURLToPath(new URL(path, import.meta.url));
  });
  return candidates.find((path) => existsSync(path)) ?? candidates[0]!;
}

export interface PeerSearch {
  readonly contestants: readonly Contestant[];
  /** Peers that cannot run here, each with the reason. */
  readonly missing: readonly { readonly name: string; readonly reason: string }[];
}

type FileMaker = (data: SpmmData, folder: string) => Promise<Record<string, unknown>>;

/** Request fields a peer needs beside its name; the arrays travel as .npy files. */
const PEERS: Readonly<Record<string, { readonly name: string; readonly files: FileMaker }>> = {
  'numpy-dense': {
    name: 'NumPy dense',
    async files({ a, b }, folder) {
      return { files: { a: await save(folder, 'a', bsrToDense(a)), b: await save(folder, 'b', b) } };
    },
  },
  'scipy-bsr': {
    name: 'SciPy BSR',
    async files({ a, b }, folder) {
      const path = join(folder, 'a.npz');
      await writeMatrix(path, a);
      return { files: { a: path, b: await save(folder, 'b', b) } };
    },
  },
};

/** Looks for Python with NumPy and SciPy; what is not there is listed with its reason, never an error. */
export async function findPythonPeers(): Promise<PeerSearch> {
  const process = startPython(peerServer());
  let versions: Record<string, unknown>;
  try {
    versions = await process.request({ op: 'versions' });
  } catch (error) {
    await process[Symbol.asyncDispose]();
    const reason = error instanceof Error ? error.message : String(error);
    return { contestants: [], missing: Object.values(PEERS).map(({ name }) => ({ name, reason })) };
  }
  const { numpy, scipy, blas, threads, python, scipyMissing } = versions;
  const common = `NumPy ${numpy}, ${blas}, ${threads} threads, Python ${python}`;
  const found = [pythonContestant('numpy-dense', common, process)];
  const missing: { name: string; reason: string }[] = [];
  if (scipy) found.push(pythonContestant('scipy-bsr', `SciPy ${scipy}, ${common}`, process));
  else missing.push({ name: PEERS['scipy-bsr']!.name, reason: String(scipyMissing) });
  return { contestants: closeTogether(found, process), missing };
}

/** The peers share one process; it ends with the first of them that is disposed. */
function closeTogether(contestants: readonly Contestant[], process: PythonProcess): Contestant[] {
  let closed: PromiseLike<void> | undefined;
  return contestants.map((contestant) => ({
    ...contestant,
    async [Symbol.asyncDispose]() {
      closed ??= process[Symbol.asyncDispose]();
      await closed;
    },
  }));
}

function pythonContestant(peer: keyof typeof PEERS, version: string, process: PythonProcess): Contestant {
  const { name, files } = PEERS[peer]!;
  return {
    name,
    version,
    async prepare(benchCase: BenchCase, data: CaseData): Promise<PreparedRun | Skipped> {
      if (data.operation !== 'spmm') return { skipped: `${name} has no ${data.operation}` };
      if (benchCase.dtype !== 'f32') return { skipped: `${name} has no fast ${benchCase.dtype} product` };
      const folder = await mkdtemp(join(tmpdir(), 'sparsek-bench-'));
      try {
        const request = await files(data, folder);
        const { id } = await process.request({ op: 'prepare', peer, ...request });
        return preparedPeer(process, id, join(folder, 'result.npy'), folder);
      } catch (error) {
        await rm(folder, { recursive: true, force: true });
        throw error;
      }
    },
    async [Symbol.asyncDispose]() {},
  };
}

function preparedPeer(process: PythonProcess, id: unknown, resultPath: string, folder: string): PreparedRun {
  return {
    async run() {
      const { ms } = await process.request({ op: 'run', id });
      return Number(ms);
    },
    async result() {
      await process.request({ op: 'result', id, path: resultPath });
      const { values } = await readTensor(resultPath, { dtype: 'f32' });
      return values;
    },
    async [Symbol.asyncDispose]() {
      await process.request({ op: 'release', id });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function save(
  folder: string,
  name: string,
  tensor: { readonly shape: readonly number[]; readonly dtype: Dtype; readonly values: Values },
): Promise<string> {
  const path = join(folder, `${name}.npy`);
  await writeTensor(path, tensor);
  return path;
}
