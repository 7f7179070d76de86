import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { convertValues } from '@sparsek/bsr';
import { readTensor } from '@sparsek/bsr/io';
import type { CaseData } from '../case/data.js';
import type { BenchCase } from '../case/schema.js';
import { workOf } from '../case/work.js';
import type { Contestant, PreparedRun, Skipped } from '../runner/contestant.js';
import { type SparseForm, writePeerInputs } from './peer-files.js';
import { type PythonProcess, startPython } from './python-process.js';

interface PeerDescription {
  readonly name: string;
  readonly device: 'cpu' | 'gpu';
  readonly operation: 'spmm' | 'attention';
  /** The form of A that it multiplies. */
  readonly form: SparseForm;
  readonly dtypes: readonly string[];
}

const HALF = ['f16', 'bf16'];

/** The peers that peers/serve.py knows, by its own names. */
const PEERS: Readonly<Record<string, PeerDescription>> = {
  'numpy-dense': { name: 'NumPy dense', device: 'cpu', operation: 'spmm', form: 'dense', dtypes: ['f32'] },
  'scipy-bsr': { name: 'SciPy BSR', device: 'cpu', operation: 'spmm', form: 'bsr', dtypes: ['f32'] },
  'torch-dense': { name: 'cuBLAS dense', device: 'gpu', operation: 'spmm', form: 'bsr', dtypes: HALF },
  'torch-bsr': { name: 'PyTorch BSR', device: 'gpu', operation: 'spmm', form: 'bsr', dtypes: HALF },
  'sdpa-cudnn': { name: 'cuDNN attention', device: 'gpu', operation: 'attention', form: 'bsr', dtypes: HALF },
  'sdpa-flash': {
    name: 'FlashAttention-2',
    device: 'gpu',
    operation: 'attention',
    form: 'bsr',
    dtypes: HALF,
  },
  flex: { name: 'FlexAttention', device: 'gpu', operation: 'attention', form: 'bsr', dtypes: HALF },
};

export interface PeerSearch {
  readonly contestants: readonly Contestant[];
  /** Peers that cannot run here, each with the reason. */
  readonly missing: readonly { readonly name: string; readonly reason: string }[];
}

/** Asks Python which peers of a device run here; what does not is listed with its reason, never an error. */
export async function findPythonPeers(device: 'cpu' | 'gpu', python?: string): Promise<PeerSearch> {
  const wanted = Object.entries(PEERS).filter(([, peer]) => peer.device === device);
  const process = startPython(peerServer(), python);
  try {
    const versions = await process.request({ op: 'versions', device });
    const contestants: Contestant[] = [];
    const missing: { name: string; reason: string }[] = [];
    const close = closeOnce(process);
    for (const [key, peer] of wanted) {
      const found = (versions[key] ?? {}) as { readonly version?: string; readonly missing?: string };
      if (found.version) contestants.push(pythonContestant(key, peer, found.version, process, close));
      else missing.push({ name: peer.name, reason: found.missing ?? 'not known to this Python' });
    }
    if (contestants.length === 0) await close();
    return { contestants, missing };
  } catch (error) {
    await process[Symbol.asyncDispose]();
    const reason = error instanceof Error ? error.message : String(error);
    return { contestants: [], missing: wanted.map(([, { name }]) => ({ name, reason })) };
  }
}

/** The peers share one process, which ends with the first of them that is disposed. */
function closeOnce(process: PythonProcess): () => Promise<void> {
  let closed: Promise<void> | undefined;
  return () => {
    closed ??= Promise.resolve(process[Symbol.asyncDispose]());
    return closed;
  };
}

/** Beside `dist` in the package, two folders up from this file in a checkout. */
function peerServer(): string {
  const candidates = ['../peers/serve.py', '../../peers/serve.py'].map((path) => {
    return fileURLToPath(new URL(path, import.meta.url));
  });
  return candidates.find((path) => existsSync(path)) ?? candidates[0]!;
}

function pythonContestant(
  key: string,
  peer: PeerDescription,
  version: string,
  process: PythonProcess,
  close: () => Promise<void>,
): Contestant {
  return {
    name: peer.name,
    version,
    async prepare(benchCase: BenchCase, data: CaseData): Promise<PreparedRun | Skipped> {
      if (data.operation !== peer.operation) return { skipped: `has no ${data.operation}` };
      if (benchCase.measure === 'plan') return { skipped: 'has no plans' };
      if (!peer.dtypes.includes(benchCase.dtype)) return { skipped: `has no fast ${benchCase.dtype} kernel` };
      const folder = await mkdtemp(join(tmpdir(), 'sparsek-bench-'));
      try {
        const inputs = await writePeerInputs(data, peer.form, folder);
        const { density } = workOf(data);
        const { id } = await process.request({
          op: 'prepare',
          peer: key,
          case: benchCase,
          density,
          ...inputs,
        });
        return preparedPeer(process, id, join(folder, 'result.npy'), folder);
      } catch (error) {
        await rm(folder, { recursive: true, force: true });
        // What a peer refuses, or fails at, is its result for this case.
        return { skipped: error instanceof Error ? error.message : String(error) };
      }
    },
    [Symbol.asyncDispose]: close,
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
      const { values, dtype } = await readTensor(resultPath);
      return convertValues(values, dtype, 'f32');
    },
    async [Symbol.asyncDispose]() {
      await process.request({ op: 'release', id });
      await rm(folder, { recursive: true, force: true });
    },
  };
}
