import { type PythonProcess, startPython } from './python-process.js';

type Message = Readonly<Record<string, unknown>>;

/** Longest that a peer may take to prepare or to run: compilers take half a minute, what takes longer hangs. */
const LIMIT_MS = 90_000;

/**
 * The process of the peers, started when it is first needed and again after one of them ended it. A request that takes
 * too long ends the process.
 */
export interface PeerServer extends AsyncDisposable {
  request(message: Message): Promise<Message>;
  /** Asks for what no longer matters when the process is gone. */
  forget(message: Message): Promise<void>;
}

export function createPeerServer(script: string, python?: string, limitMs = LIMIT_MS): PeerServer {
  let current: PythonProcess | undefined;
  const open = () => {
    if (current === undefined || current.ended) current = startPython(script, python);
    return current;
  };
  return {
    async request(message) {
      const process = open();
      const timer = setTimeout(() => process.kill(`took longer than ${limitMs / 1000} s`), limitMs);
      try {
        return await process.request(message);
      } finally {
        clearTimeout(timer);
      }
    },
    async forget(message) {
      // A process that ended has nothing left to release.
      if (current && !current.ended) await current.request(message).catch(() => undefined);
    },
    async [Symbol.asyncDispose]() {
      await current?.[Symbol.asyncDispose]();
    },
  };
}
