import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { endProcess } from '../machine/end-process.js';

type Reply = Readonly<Record<string, unknown>>;

interface Pending {
  readonly number: number;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

/** How much of what a peer says beside its replies is kept to explain its end. */
const SAID_KEPT = 4000;
/** Reasons stand in the cells of tables; libraries explain themselves over pages. */
const REASON_CHARACTERS = 300;

/**
 * A Python process that answers one JSON line with one JSON line, in order, and repeats the `number` of the request. A
 * reply with an `error` rejects the request; the process ending rejects whatever was asked. Other lines are passed over:
 * a reply must never be taken for that to another request because a library, or a script that starts Python, prints.
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
  let asked = 0;
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
  const complain = (text: string) => {
    complaints = (complaints + text).slice(-SAID_KEPT);
  };
  child.stderr.on('data', (chunk: Buffer) => complain(chunk.toString('utf8')));
  // Writing to a process that is gone is reported through its end, above.
  child.stdin.on('error', () => undefined);
  createInterface({ input: child.stdout }).on('line', (line) => {
    const reply = parseReply(line);
    if (reply === undefined || reply.number !== queue[0]?.number) return complain(`${line}\n`);
    const { resolve, reject } = queue.shift()!;
    const { number: _, ...answer } = reply;
    if ('error' in answer) reject(new Error(oneLine(String(answer.error))));
    else resolve(answer);
  });

  return {
    request(message) {
      if (ended) return Promise.reject(ended);
      return new Promise((resolve, reject) => {
        const number = asked++;
        queue.push({ number, resolve, reject });
        child.stdin.write(`${JSON.stringify({ ...message, number })}\n`);
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

/** Undefined for a line that is no reply. */
function parseReply(line: string): Reply | undefined {
  try {
    const reply: unknown = JSON.parse(line);
    return typeof reply === 'object' && reply !== null ? (reply as Reply) : undefined;
  } catch {
    // Not JSON.
    return undefined;
  }
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
