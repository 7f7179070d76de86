import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CaseData } from '../case/data.js';
import type { BenchCase } from '../case/schema.js';
import type { Contestant, PreparedRun, PrepareOptions, Skipped } from '../runner/contestant.js';
import { launchesOver } from '../runner/device-timer.js';
import { turnName } from '../runner/turn-name.js';
import { createPeerFiles, type PeerFiles } from './peer-files.js';
import { PEERS, type PeerDescription } from './peer-list.js';
import { createPeerServer, type PeerServer, type PeerServerOptions } from './peer-server.js';

export interface PeerSearch {
  readonly contestants: readonly Contestant[];
  /** Peers that cannot run here, each with the reason. */
  readonly missing: readonly { readonly name: string; readonly reason: string }[];
}

/** What the peers of one run share. */
interface Shared extends AsyncDisposable {
  readonly server: PeerServer;
  readonly files: PeerFiles;
  /** Numbers of prepared cases, never used twice, since the process may be started anew. */
  nextId(): number;
}

/**
 * Asks Python which peers of a device run here; what does not is listed with its reason, never an error.
 *
 * @throws the signal's reason once it is aborted, which ends Python at once.
 */
export async function findPythonPeers(
  device: 'cpu' | 'gpu',
  options: Pick<PeerServerOptions, 'python' | 'signal'> = {},
): Promise<PeerSearch> {
  const wanted = Object.entries(PEERS).filter(([, peer]) => peer.device === device);
  const shared = share(createPeerServer(serverScript(), options));
  try {
    const versions = await shared.server.request({ op: 'versions', device });
    const contestants: Contestant[] = [];
    const missing: { name: string; reason: string }[] = [];
    for (const [key, peer] of wanted) {
      const found = (versions[key] ?? {}) as { readonly version?: string; readonly missing?: string };
      if (found.version) contestants.push(pythonContestant(key, peer, found.version, shared));
      else missing.push({ name: peer.name, reason: found.missing ?? 'not known to this Python' });
    }
    if (contestants.length === 0) await shared[Symbol.asyncDispose]();
    return { contestants, missing };
  } catch (error) {
    await shared[Symbol.asyncDispose]();
    options.signal?.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    return { contestants: [], missing: wanted.map(([, { name }]) => ({ name, reason })) };
  }
}

/** The peers share one process and one folder, which end with the first of them that is disposed. */
function share(server: PeerServer): Shared {
  const files = createPeerFiles();
  let closed: Promise<void> | undefined;
  let id = 0;
  const close = async () => {
    await server[Symbol.asyncDispose]();
    await files[Symbol.asyncDispose]();
  };
  return {
    server,
    files,
    nextId: () => ++id,
    [Symbol.asyncDispose]() {
      closed ??= close();
      return closed;
    },
  };
}

/** Beside `dist` in the package, two folders up from this file in a checkout. */
function serverScript(): string {
  const candidates = ['../peers/serve.py', '../../peers/serve.py'].map((path) => {
    return fileURLToPath(new URL(path, import.meta.url));
  });
  return candidates.find((path) => existsSync(path)) ?? candidates[0]!;
}

function pythonContestant(key: string, peer: PeerDescription, version: string, shared: Shared): Contestant {
  return {
    name: peer.name,
    version,
    operations: [peer.operation],
    async prepare(benchCase: BenchCase, data: CaseData, options: PrepareOptions) {
      if (benchCase.measure === 'plan') return { skipped: 'has no plans', unconcerned: true };
      if (benchCase.measure === 'launch' && peer.device === 'cpu') {
        return { skipped: 'has no device to launch on', unconcerned: true };
      }
      if (!peer.dtypes.includes(benchCase.dtype)) return { skipped: `has no fast ${benchCase.dtype} kernel` };
      return preparePeer(key, peer, shared, benchCase, data, options);
    },
    [Symbol.asyncDispose]: () => shared[Symbol.asyncDispose](),
  };
}

async function preparePeer(
  key: string,
  peer: PeerDescription,
  { server, files, nextId }: Shared,
  benchCase: BenchCase,
  data: CaseData,
  { inputSets }: PrepareOptions,
): Promise<PreparedRun | Skipped> {
  const inputs = await files.inputs(data, peer.form);
  const launches = launchesOver(inputSets);
  const id = nextId();
  const reply = await server.request({
    ...{ op: 'prepare', id, peer: key, case: benchCase, ...inputs },
    ...{ inputSets, launches, forget: files.forgotten() },
  });
  if (typeof reply.skipped === 'string') {
    return { skipped: reply.skipped, unconcerned: reply.unconcerned === true };
  }
  const { timedAs, checkable } = reply;
  const path = join(await files.folder(), 'result.bin');
  const range = turnName(benchCase, peer);
  return {
    ...(typeof timedAs === 'string' ? { timedAs } : {}),
    async run() {
      return Number((await server.request({ op: 'run', id, range })).ms);
    },
    ...(checkable !== false && {
      async result(rows: readonly number[]) {
        const { finite } = await server.request({ op: 'result', id, rows, path });
        const { buffer, byteOffset, byteLength } = await readFile(path);
        return { rows: new Float32Array(buffer, byteOffset, byteLength / 4), finite: finite === true };
      },
    }),
    async [Symbol.asyncDispose]() {
      await server.forget({ op: 'release', id });
    },
  };
}
