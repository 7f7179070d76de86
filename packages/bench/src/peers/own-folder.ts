import { readlinkSync } from 'node:fs';
import { lstat, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'sparsek-bench-';
const OWNER = 'owner.json';

/** Which process a folder belongs to. Numbers of processes mean nothing elsewhere: on another host, in a container. */
interface Owner {
  readonly host: string;
  readonly namespace: string;
  readonly pid: number;
}

/**
 * A new folder in the system's place for temporary files. Gigabytes may come to lie in it, so those of processes that
 * were killed before they could remove theirs are removed first.
 */
export async function makeOwnFolder(): Promise<string> {
  await removeAbandoned();
  const folder = await mkdtemp(join(tmpdir(), PREFIX)).catch((cause: NodeJS.ErrnoException) => {
    throw new Error(`no folder can be made for temporary files in ${tmpdir()} (${cause.code})`, { cause });
  });
  const owner: Owner = { ...here(), pid: process.pid };
  await writeFile(join(folder, OWNER), JSON.stringify(owner));
  return folder;
}

async function removeAbandoned(): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => []);
  for (const name of names.filter((found) => found.startsWith(PREFIX))) {
    const folder = join(tmpdir(), name);
    try {
      if (await isAbandoned(folder)) await rm(folder, { recursive: true, force: true });
    } catch {
      // Without an owner, or somebody else's: it stays.
    }
  }
}

async function isAbandoned(folder: string): Promise<boolean> {
  const state = await lstat(folder);
  if (!state.isDirectory() || state.uid !== (process.getuid?.() ?? state.uid)) return false;
  const { host, namespace, pid } = JSON.parse(await readFile(join(folder, OWNER), 'utf8')) as Partial<Owner>;
  const own = here();
  return host === own.host && namespace === own.namespace && Number.isSafeInteger(pid) && !isRunning(pid!);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's may not be asked, and runs.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function here(): Omit<Owner, 'pid'> {
  return { host: hostname(), namespace: processNamespace() };
}

/** Empty where the system has none. */
function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    // Not Linux.
    return '';
  }
}
