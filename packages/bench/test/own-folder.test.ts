import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeOwnFolder } from '../src/peers/own-folder.js';

const temporary = mkdtempSync(join(tmpdir(), 'sparsek-own-folder-'));
beforeEach(() => vi.stubEnv('TMPDIR', temporary));
afterEach(() => vi.unstubAllEnvs());
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

const ownerOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'owner.json'), 'utf8'));

/** A folder as another process made it. */
async function folderOf(changes: object): Promise<string> {
  const folder = await makeOwnFolder();
  writeFileSync(join(folder, '0.bin'), 'values');
  writeFileSync(join(folder, 'owner.json'), JSON.stringify({ ...ownerOf(folder), ...changes }));
  return folder;
}

/** Number of a process that has ended. */
const ended = () => spawnSync(process.execPath, ['-e', '']).pid;

describe('makeOwnFolder', () => {
  it('removes what a process left that was killed', async () => {
    const left = await folderOf({ pid: ended() });
    const folder = await makeOwnFolder();
    expect(existsSync(left)).toBe(false);
    expect(ownerOf(folder)).toMatchObject({ pid: process.pid });
  });

  it.each<[string, () => object]>([
    ['a process that runs', () => ({ pid: process.pid })],
    ['a process of another user', () => ({ pid: 1 })],
    ['a process on another host', () => ({ pid: ended(), host: 'elsewhere' })],
    ['a process in another container', () => ({ pid: ended(), namespace: 'pid:[1]' })],
    ['no process', () => ({ pid: 'none' })],
  ])('leaves the folder of %s alone', async (_, changes) => {
    const other = await folderOf(changes());
    await makeOwnFolder();
    expect(existsSync(join(other, '0.bin'))).toBe(true);
  });

  it('leaves alone what names no owner, and what a link points to', async () => {
    const bare = join(temporary, 'sparsek-bench-bare');
    mkdirSync(bare);
    const elsewhere = join(temporary, 'elsewhere');
    mkdirSync(elsewhere);
    const owner = { ...ownerOf(await makeOwnFolder()), pid: ended() };
    writeFileSync(join(elsewhere, 'owner.json'), JSON.stringify(owner));
    symlinkSync(elsewhere, join(temporary, 'sparsek-bench-link'));
    await makeOwnFolder();
    expect([existsSync(bare), existsSync(join(elsewhere, 'owner.json'))]).toEqual([true, true]);
  });
});
