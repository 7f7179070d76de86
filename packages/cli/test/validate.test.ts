import { readFileSync } from 'node:fs';
import type * as BackendModule from '@sparsek/backend';
import type { Backend } from '@sparsek/types';
import { referenceBackend } from '@sparsek/validator';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { EXIT } from '../src/index.js';
import { sparsek, temporaryFolder } from './support.js';

const folder = temporaryFolder();
afterAll(() => folder.remove());

/** The reference, with the first element of every 2:4 product off by one. */
function brokenBackend(): Backend {
  const reference = referenceBackend();
  return {
    ...reference,
    supports: (operation, dtype) => reference.supports(operation, dtype),
    planSpmm24: async (problem, options) => {
      const plan = await reference.planSpmm24(problem, options);
      return {
        ...plan,
        run: async (inputs, runOptions) => {
          const timed = await plan.run(inputs, runOptions);
          timed.output.values[0] = timed.output.values[0]! + 1;
          return timed;
        },
      };
    },
  };
}

let broken = false;
let opened: BackendModule.BackendOptions | undefined;
vi.mock('@sparsek/backend', async (importOriginal) => {
  const original = await importOriginal<typeof BackendModule>();
  return {
    ...original,
    openBackend: async (choice: BackendModule.BackendChoice, options?: BackendModule.BackendOptions) => {
      opened = options;
      return broken ? brokenBackend() : original.openBackend(choice, options);
    },
  };
});

describe('validate', () => {
  it('passes with a table, and writes every check with its error and bound', async () => {
    const path = folder.file('report.json');
    const { code, stdout, stderr } = await sparsek([
      'validate',
      '--backend',
      'cpu',
      '--only',
      'sddmm',
      '--seed',
      '4',
      '--json',
      path,
    ]);
    expect({ code, stderr }).toEqual({ code: EXIT.done, stderr: '' });
    expect(stdout).toMatch(
      /^cpu \(.*\), quick, seed 4, .*\noperation +passed +failed +skipped +largest error \/ bound\nsddmm +\d+ +0 +\d+ +[\d.e-]+\n$/,
    );
    const report = JSON.parse(readFileSync(path, 'utf8'));
    expect(report).toMatchObject({ backend: 'cpu', seed: 4, totals: { failed: 0 } });
    expect(report.cases.length).toBeGreaterThan(20);
    expect(
      report.cases.filter(({ bound }: { bound?: number }) => bound !== undefined).length,
    ).toBeGreaterThan(10);
  });

  it('prints the report, and nothing else, where that is asked for', async () => {
    const { code, stdout } = await sparsek([
      ...['validate', '--backend', 'reference', '--only', 'sddmm', '--json', '-'],
    ]);
    expect(code).toBe(EXIT.done);
    expect(JSON.parse(stdout)).toMatchObject({ backend: 'reference', totals: { failed: 0 } });
  });

  it('gives exit code 1 for wrong numbers, names the checks, and still writes the report', async () => {
    broken = true;
    const path = folder.file('broken.json');
    const { code, stdout, stderr } = await sparsek(['validate', '--only', 'spmm24', '--json', path]);
    broken = false;
    expect(code).toBe(EXIT.failed);
    expect(stderr).toMatch(/^sparsek: \d+ of \d+ checks of the reference backend failed\n$/);
    expect(stdout).toMatch(/FAILED spmm24.*: /);
    expect(JSON.parse(readFileSync(path, 'utf8')).totals.failed).toBeGreaterThan(0);
  });

  it('takes the GPU that is asked for', async () => {
    await sparsek(['validate', '--backend', 'reference', '--only', 'nothing', '--device', '3']);
    expect(opened).toEqual({ device: 3 });
    const { code, stderr } = await sparsek(['validate', '--device', 'first']);
    expect({ code, stderr }).toEqual({
      code: EXIT.usage,
      stderr: expect.stringContaining('number of a GPU'),
    });
  });
});
