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

export interface PeerServerOptions {
  /** Default `python3`. */
  readonly python?: string;
  readonly limitMs?: number;
  /** Ends the process at once, whatever it is doing. */
  readonly signal?: AbortSignal;
}

export function createPeerServer(script: string, options: PeerServerOptions = {}): PeerServer {
  const { python, limitMs = LIMIT_MS, signal } = options;
  let current: PythonProcess | undefined;
  const interrupt = () => current?.kill('was interrupted');
  signal?.addEventListener('abort', interrupt);
  const open = () => {
    if (current === undefined || current.ended) current = startPython(script, python);
    return current;
  };
  return {
    async request(message) {
      signal?.throwIfAborted();
      const process = open();
      const timer = setTimeout(() => process.kill(`took longer than ${limitMs / 1000} s`), limitMs);
      try {
        return await process.request(message);
      } catch (error) {
        signal?.throwIfAborted();
        throw error;
      } finally {
        clearTimeout(timer);
      }
    },
    async forget(message) {
      // A process that ended has nothing left to release.
      if (current && !current.ended) await current.request(message).catch(() => undefined);
    },
    async [Symbol.asyncDispose]() {
      signal?.removeEventListener('abort', interrupt);
      await current?.[Symbol.asyncDispose]();
    },
  };
}
