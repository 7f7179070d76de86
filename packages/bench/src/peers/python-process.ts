import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { endProcess } from '../machine/end-process.js';

type Reply = Readonly<Record<string, unknown>>;

interface Pending {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

/** How much of a peer's stderr is kept to explain its end. */
const STDERR_KEPT = 4000;
/** Reasons stand in the cells of tables; libraries explain themselves over pages. */
const REASON_CHARACTERS = 300;

/**
 * A Python process that answers one JSON line with one JSON line. A reply with an `error` rejects the request; the
 * process ending rejects whatever was asked.
 */
export interface PythonProcess extends AsyncDisposable {
  request(message: Reply): Promise<Reply>;
  /** Ends it at once; what was asked is rejected with the reason. */
  kill(reason: string): void;
  readonly ended: boolean;
}

export function startPython(script: string, python = 'python3'): PythonProcess {
  const child: ChildProcessWithoutNullStreams = spawn(python, ['-u', script], { stdio: 'pipe' });
  const queue: Pending[] = [];
  let ended: Error | undefined;
  let complaints = '';
  let killedFor: string | undefined;

  const exited = new Promise<void>((resolve) => {
    const end = (reason: string) => {
      ended ??= new Error(`${python} ${script} ${reason}${complaints ? `: ${gist(complaints)}` : ''}`);
      for (const pending of queue.splice(0)) pending.reject(ended);
      resolve();
    };
    child.on('error', (error) => end(`could not be started (${error.message})`));
    child.on('close', (code, signal) => end(killedFor ?? `ended with ${signal ?? `exit code ${code}`}`));
  });
  child.stderr.on('data', (chunk: Buffer) => {
    complaints = (complaints + chunk.toString('utf8')).slice(-STDERR_KEPT);
  });
  // Writing to a process that is gone is reported through its end, above.
  child.stdin.on('error', () => undefined);
  createInterface({ input: child.stdout }).on('line', (line) => {
    const pending = queue.shift();
    if (!pending) return;
    try {
      const reply: unknown = JSON.parse(line);
      if (typeof reply !== 'object' || reply === null) throw new SyntaxError('not an object');
      if ('error' in reply) pending.reject(new Error(oneLine(String(reply.error))));
      else pending.resolve(reply as Reply);
    } catch (cause) {
      pending.reject(new Error(`Expected one JSON object from ${script} but received ${line}`, { cause }));
    }
  });

  return {
    request(message) {
      if (ended) return Promise.reject(ended);
      return new Promise((resolve, reject) => {
        queue.push({ resolve, reject });
        child.stdin.write(`${JSON.stringify(message)}\n`);
      });
    },
    kill(reason) {
      killedFor = reason;
      endProcess(child, 'SIGKILL');
    },
    get ended() {
      return ended !== undefined;
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await exited;
    },
  };
}

/** What Python was last about: the line that a traceback ends with, or everything that was said. */
function gist(complaints: string): string {
  const text = complaints.trim();
  return text.includes('Traceback (most recent call last)') ? text.slice(text.lastIndexOf('\n') + 1) : text;
}

function oneLine(reason: string): string {
  const line = reason.trim().replaceAll(/\s+/g, ' ');
  return line.length <= REASON_CHARACTERS ? line : `${line.slice(0, REASON_CHARACTERS)}...`;
}
