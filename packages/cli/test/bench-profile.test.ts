import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { sparsek, temporaryFolder } from './support.js';

const folder = temporaryFolder();
afterAll(() => folder.remove());
afterEach(() => vi.unstubAllEnvs());

const CASES = folder.file('cases.json');
const product = { operation: 'spmm', dtype: 'f32', seed: 7, m: 64, k: 64, n: 64 };
const pattern = { kind: 'uniform', blockShape: [16, 16], density: 0.5 };
const cases = ['first', 'second, 50 %'].map((name) => ({ name, ...product, pattern }));
writeFileSync(CASES, JSON.stringify({ name: 'mine', description: 'two products', cases }));

/** What Nsight Compute tells, with fewer columns. */
const CSV = [
  '"ID","thread Domain:Push/Pop_Range:PL_Type:PL_Value:CLR_Type:Color:Msg_Type:Msg","Kernel Name","lts__t_bytes.sum"',
  '"","","","byte"',
  '"0","804  ""<default domain>:sparsek.spmm:none:none:none:none:none:none"" ","a_kernel","2,097,152"',
].join('\n');

/** An "ncu" on PATH that keeps its arguments, and a program that launches as if it had told of 1 MiB. */
function useFakeNcu(): () => readonly string[] {
  const ncu = folder.file('bin/ncu');
  mkdirSync(dirname(ncu), { recursive: true });
  writeFileSync(`${ncu}.csv`, CSV);
  const keep = `for word; do printf '%s\\n' "$word"; done > "${ncu}.arguments"`;
  const find = 'while [ "$1" != "--log-file" ]; do shift; done';
  const tell = `echo 'sparsek launched {"l2Bytes":1048576}'`;
  writeFileSync(ncu, `#!/bin/sh\n${keep}\n${find}\ncp "${ncu}.csv" "$2"\n${tell}\n`, { mode: 0o755 });
  vi.stubEnv('PATH', `${dirname(ncu)}:${process.env.PATH}`);
  return () => readFileSync(`${ncu}.arguments`, 'utf8').trimEnd().split('\n');
}

describe('sparsek bench --profile', () => {
  it('runs the case once more under Nsight Compute and prints what its kernels did', async () => {
    const given = useFakeNcu();
    const { code, stdout, stderr } = await sparsek(['bench', CASES, '--profile', '--case', 'second']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [name, head, row] = stdout.split('\n');
    expect(name).toBe('second, 50 %');
    expect(head).toMatch(/^kernel +range +time +tensor cores busy +L2 bytes +of the plan/);
    expect(row).toMatch(/^a_kernel +sparsek\.spmm +- +- +2\.000 MiB +2\.00x/);
    const behind = given().slice(given().indexOf(process.execPath));
    expect(behind.slice(-7)).toEqual([
      ...['bench', CASES, '--backend', 'cuda', '--case', 'second, 50 %', '--launch-once'],
    ]);
  });
});
