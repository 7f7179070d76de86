import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Names another folder for what is remembered between processes. */
const FOLDER_VARIABLE = 'SPARSEK_CACHE';

/** What a choice depends on; two keys with equal fields have one record. */
export type TuningKey = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export interface TuningRecord {
  readonly candidate: string;
  /** Milliseconds of one launch, by candidate, for people. */
  readonly measured: Readonly<Record<string, number>>;
}

/** The folder of records: SPARSEK_CACHE, else `sparsek` in the user's cache folder (XDG Base Directory Specification). */
export function tuningFolder(): string {
  const named = process.env[FOLDER_VARIABLE];
  if (named) return join(named, 'autotune');
  const cache = process.env.XDG_CACHE_HOME;
  return join(cache && isAbsolute(cache) ? cache : join(homedir(), '.cache'), 'sparsek', 'autotune');
}

/** A record written before; undefined when there is none. A damaged one is as good as none, and a warning says so. */
export function readRecord(key: TuningKey): TuningRecord | undefined {
  const path = pathOf(key);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (!isSystemError(error) || error.code !== 'ENOENT') warn(`cannot be read (${String(error)})`, path);
    return undefined;
  }
  const record = parse(text);
  if (record === undefined) warn('is damaged', path);
  return record;
}

/** Writes beside and renames, so that no reader ever sees half a record. Where that is not allowed, a warning says so. */
export function writeRecord(key: TuningKey, { candidate, measured }: TuningRecord): void {
  const path = pathOf(key);
  const temporary = `${path}.${randomUUID()}`;
  let begun = false;
  try {
    mkdirSync(tuningFolder(), { recursive: true });
    begun = true;
    writeFileSync(temporary, `${JSON.stringify({ key, candidate, measured }, null, 1)}\n`);
    renameSync(temporary, path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (begun) rmSync(temporary, { force: true });
    warn(`cannot be written (${error.message})`, path);
  }
}

function pathOf(key: TuningKey): string {
  const sorted = Object.entries(key).sort(([x], [y]) => (x < y ? -1 : 1));
  const hash = createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
  return join(tuningFolder(), `${hash.slice(0, 32)}.json`);
}

function parse(text: string): TuningRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { candidate, measured } = value as Readonly<Record<string, unknown>>;
  if (typeof candidate !== 'string' || typeof measured !== 'object' || measured === null) return undefined;
  const times = Object.entries(measured);
  if (!times.every((entry): entry is [string, number] => typeof entry[1] === 'number')) return undefined;
  return { candidate, measured: Object.fromEntries(times) };
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error;
}

function warn(what: string, path: string): void {
  process.emitWarning(`The autotune record ${path} ${what}; the choice of a kernel is measured again`, {
    code: 'SPARSEK_CACHE',
  });
}
