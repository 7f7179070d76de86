import { describe, expect, it } from 'vitest';
import { ATTENTION_PEER_TABLES } from '../tables/attention-peers.mjs';
import { GPU_TABLES } from '../tables/gpu.mjs';
import { replaceTables } from '../tables/markers.mjs';
import { outdated, readRecords } from '../tables.mjs';

const tables = { numbers: { record: 'cpu', draw: (record: { value: number }) => `| ${record.value} |` } };
const records = new Map([['cpu', { value: 42 }]]);

describe('tables in the documents', () => {
  it('are those of the records', () => {
    expect(outdated().map(({ path }) => path)).toEqual([]);
    expect([...readRecords().keys()]).toContain('cpu');
  });

  it('are replaced between their markers only', () => {
    const text = 'a\n<!-- table:numbers -->\n| 41 |\n<!-- /table -->\nb\n';
    const wanted = 'a\n<!-- table:numbers -->\n| 42 |\n<!-- /table -->\nb\n';
    expect(replaceTables(text, records, tables, 'x.md')).toBe(wanted);
    expect(replaceTables(wanted, records, tables, 'x.md')).toBe(wanted);
  });

  it('say so when nothing is recorded', () => {
    const text = '<!-- table:numbers -->\n<!-- /table -->';
    expect(replaceTables(text, new Map(), tables, 'x.md')).toContain('Not recorded yet.');
  });

  it('are refused when they are unknown or not closed', () => {
    const unknown = '<!-- table:letters -->\n<!-- /table -->';
    expect(() => replaceTables(unknown, records, tables, 'x.md')).toThrow(
      'Expected a table (numbers) in x.md but received "letters"',
    );
    expect(() => replaceTables('<!-- table:numbers -->\n', records, tables, 'x.md')).toThrow(
      /Expected <!-- \/table -->/,
    );
  });
});

describe("tables of a GPU's evidence", () => {
  const timing = { runs: 5, median: 2, min: 2, max: 2, spread: 0 };
  const peer = (name: string, timeRatio: number, passed = true) => {
    return { name, timing, timeRatio, denseTflops: 500, check: { passed } };
  };
  const evidence = {
    gpu: 'GPU',
    gpuDetails: { driver_version: '1' },
    date: '2026-01-01',
    benchmarks: [
      { suite: 'gemm', failed: 'ended by SIGTERM' },
      {
        suite: 'gemm-large',
        report: {
          command: 'sparsek bench gemm-large',
          results: [
            {
              case: { name: 'big' },
              ...{ usefulFlops: 1e9, denseFlops: 8e9 },
              noise: 0.01,
              contestants: [
                {
                  name: 'sparsek cuda',
                  version: '1, GPU',
                  timing,
                  timeRatio: 1,
                  usefulTflops: 100,
                  check: { passed: true },
                },
                peer('cuBLAS, dense random A', 3),
                peer('PyTorch BSR', 4, false),
                { name: 'cuSPARSE BSR', skipped: 'refused' },
              ],
            },
          ],
        },
      },
    ],
  };

  it('have a column for each peer that ran, and call a wrong one wrong', () => {
    const drawn = GPU_TABLES['gpu-spmm'].draw(evidence);
    expect(drawn).toContain('| cuBLAS, dense random A takes | PyTorch BSR takes | check |');
    expect(drawn).toContain('| big | 2.00 ms | 100 TFLOP/s | 500 TFLOP/s | 0.38 | 3.00x | WRONG | ok |');
    expect(drawn).toContain('differed by at most 1.0 %');
  });

  it('sum up every peer of every suite, wrong and skipped ones too', () => {
    expect(GPU_TABLES['gpu-peers'].draw(evidence).split('\n')).toEqual([
      '| suite | against | takes | from | to | faster | slower | right |',
      '| --- | --- | --- | --- | --- | --- | --- | --- |',
      '| gemm-large | the fastest of each case | 3.00x | 3.00x | 3.00x | 1 of 1 | 0 |  |',
      '|  | cuBLAS, dense random A | 3.00x | 3.00x | 3.00x | 1 of 1 | 0 | 1 of 1 |',
      '|  | PyTorch BSR | - | - | - | - | - | 0 of 1 |',
      '|  | cuSPARSE BSR | skipped: refused |  |  |  |  |  |',
    ]);
    expect(GPU_TABLES['gpu-peers'].draw({ ...evidence, benchmarks: [] })).toBe('Not recorded yet.');
  });

  it('list what the machine can do at most', () => {
    const [, { report }] = evidence.benchmarks;
    const limits = {
      arithmetic: [{ dtype: 'f16', flopsPerSecond: 9e14 }],
      bandwidths: [{ what: 'L2 cache', bytesPerSecond: 8e12 }],
    };
    const drawn = GPU_TABLES['gpu-limits'].draw({
      ...evidence,
      benchmarks: [{ suite: 'gemm', report: { ...report, limits } }],
    });
    expect(drawn).toContain('| matrix products, f16 | 900 TFLOP/s |\n| L2 cache | 8.00 TB/s |');
    const instructions = [{ what: 'wgmma m64n64k16', flopsPerSecond: 4e14 }];
    const alone = {
      command: 'sparsek bench limits --json limits.json',
      report: { limits: { ...limits, instructions } },
    };
    const detailed = GPU_TABLES['gpu-limits'].draw({ ...evidence, limits: [alone] });
    expect(detailed).toContain('| wgmma m64n64k16 | 400 TFLOP/s |');
    expect(detailed).toContain('`sparsek bench limits` on one GPU');
    expect(GPU_TABLES['gpu-limits'].draw(evidence)).toBe('Not recorded yet.');
  });

  it('count checks by the kernels that ran them', () => {
    const check = (name: string, status: string, error: number) => ({ name, status, error, bound: 2 });
    const drawn = GPU_TABLES['gpu-validation'].draw({
      ...evidence,
      validations: [
        { command: 'sparsek validate --json x', checks: [check('spmm f16: a', 'passed', 1)] },
        {
          command: 'SPARSEK_CUDA_KERNELS=portable sparsek validate',
          checks: [check('spmm f16: a', 'failed', 3), check('attention f16: b', 'skipped', 0)],
        },
      ],
    });
    expect(drawn.split('\n').slice(2, 5)).toEqual([
      '| spmm | as chosen | 1 | 0 | 0 | 0.50 |',
      '| spmm | portable | 0 | 1 | 0 | 1.5 |',
      '| attention | portable | 0 | 0 | 1 | 0.0 |',
    ]);
    expect(drawn).toContain('`sparsek validate` on one GPU');
  });

  it('tell what sanitizers found and what only a device shows', () => {
    const drawn = GPU_TABLES['gpu-sanitizers'].draw({
      ...evidence,
      sanitizers: [
        { tool: 'memcheck', checks: 'spmm, quick', exitCode: 0 },
        {
          tool: 'racecheck',
          checks: 'spmm, quick',
          exitCode: 99,
          output: 'x\n===== RACECHECK SUMMARY: 2 hazards\n',
        },
        { tool: 'initcheck', checks: 'spmm, quick', exitCode: null, failed: 'ended by SIGTERM' },
      ],
    });
    expect(drawn).toContain('| memcheck | spmm, quick | nothing found |');
    expect(drawn).toContain('| racecheck | spmm, quick | 2 hazards |');
    expect(drawn).toContain('| initcheck | spmm, quick | ended by SIGTERM |');
    const devices = [
      {
        output:
          'noise\nok      device 0 (X), host: 4 us a call\n        8192/64 5 us\nFAILED  worker threads: differ\n',
      },
    ];
    const table = GPU_TABLES['gpu-devices'].draw({ ...evidence, devices });
    expect(table).toContain(
      '| device 0 (X), host | ok | 4 us a call<br>8192/64 5 us |\n| worker threads | FAILED | differ |',
    );
    expect(table).toContain('`dist-gpu/devices` on one GPU, driver 1');
    const second = { output: 'ok      device 1 (X), host: 4 us a call\n' };
    const two = GPU_TABLES['gpu-devices'].draw({ ...evidence, devices: [...devices, second] });
    expect(two).toContain('on a machine with 2 GPU, driver 1');
    expect(GPU_TABLES['gpu-devices'].draw({ ...evidence, devices: [] })).toBe('Not recorded yet.');
  });

  it('say how far the expected times are off, suite by suite', () => {
    const result = (name: string, share: number) => ({ case: { name }, expected: { share } });
    const results = [result('a', 0.9), result('b', 0.5), result('c', 1.2)];
    const benchmarks = [
      { suite: 'gemm', report: { results } },
      { suite: 'late', failed: 'ended' },
    ];
    const drawn = GPU_TABLES['gpu-model'].draw({ ...evidence, benchmarks });
    expect(drawn).toMatch(/\n\| gemm \| 3 \| 20 % \| 50 % \| b \|$/);
    expect(GPU_TABLES['gpu-model'].draw({ ...evidence, benchmarks: [] })).toBe('Not recorded yet.');
  });

  it('hold shares of the dense rate against the aims', () => {
    const [, { report }] = evidence.benchmarks;
    const [result] = report!.results;
    const named = { ...result, case: { name: 'spmm 4096^3, block 64, 12.5 %, f16' } };
    const drawn = GPU_TABLES['gpu-spmm-aims'].draw({
      ...evidence,
      benchmarks: [{ suite: 'gemm', report: { ...report, results: [named] } }],
    });
    expect(drawn).toContain('| 64 | - of 0.62 | - of 0.62 | - of 0.62 | **0.38 of 0.50** | - of 0.58 |');
  });

  it('are drawn like those of the CPU where they show the same suite', () => {
    const own = { name: 'sparsek cuda', version: '1, GPU', timing, timeRatio: 1, check: { passed: true } };
    const product = (density: number, timeRatio: number) => {
      const pattern = { kind: 'uniform', blockShape: [64, 64], density };
      return {
        case: { name: `${density}`, operation: 'spmm', dtype: 'f16', m: 8, k: 8, n: 8, pattern },
        ...{ density, usefulFlops: 1e9, denseFlops: 8e9, noise: 0.02 },
        contestants: [own, peer('cuBLAS, dense random A', timeRatio)],
      };
    };
    const record = (suite: string, ...results: object[]) => {
      return { ...evidence, benchmarks: [{ suite, report: { command: `sparsek bench ${suite}`, results } }] };
    };

    const crossover = GPU_TABLES['gpu-crossover'].draw(record('crossover', product(0.5, 2), product(1, 0.5)));
    expect(crossover).toContain('| product | peer | 50 % | 100 % | dense catches up at |');
    expect(crossover).toContain(
      '| 8x8x8, block 64x64, uniform, f16 | cuBLAS, dense random A | 2.00x | 0.500x | 75 % |',
    );
    expect(crossover).toContain('`sparsek bench crossover` on one GPU, driver 1, 2026-01-01.');
    expect(crossover).toContain('differed by at most 2.0 %');

    const scaling = GPU_TABLES['gpu-scaling'].draw(record('scaling', product(0.5, 2)));
    expect(scaling).toContain('| 0.5 | 2.00 ms | - | 500 TFLOP/s |');

    const call = { ...product(0.5, 2), case: { name: 'call: tiny', operation: 'spmm', measure: 'call' } };
    const host = GPU_TABLES['gpu-host'].draw(record('host', call));
    expect(host).toContain('| call: tiny | sparsek cuda | 2.00 ms |');
    expect(host).toContain('`sparsek bench host` on one GPU');
  });

  it('say so when a suite is not part of it', () => {
    for (const name of ['gpu-attention', 'gpu-crossover', 'gpu-scaling', 'gpu-host'] as const) {
      expect(GPU_TABLES[name].draw(evidence)).toBe('Not recorded yet.');
    }
  });
});

describe('tables of attention libraries', () => {
  const own = { name: 'sparsek cuda', version: '0.1.0, GPU', timing: { median: 2 }, check: { passed: true } };
  const built = { name: 'FlashAttention-3', version: 'flash_attn_3 3.0.0+source, PyTorch 2.11' };
  const flash = { ...built, timing: { median: 3 }, timeRatio: 1.5, check: { passed: true } };
  const older = { ...flash, name: 'FlashAttention-2' };
  const result = (name: string, ...contestants: object[]) => ({ case: { name }, noise: 0.01, contestants });
  const evidence = {
    gpu: 'GPU',
    gpuDetails: { driver_version: '1' },
    date: '2026-01-01',
    benchmarks: [
      {
        suite: 'attention',
        report: {
          command: 'sparsek bench attention',
          missingPeers: [{ name: 'FlashAttention-4', reason: 'ModuleNotFoundError' }],
          results: [
            result('causal', own, older, flash),
            result('window', own, { ...built, skipped: 'no kernel' }),
          ],
        },
      },
      { suite: 'attention-long', failed: 'ended by SIGTERM' },
      { suite: 'gemm', report: { command: 'sparsek bench gemm', results: [result('product', own)] } },
    ],
  };

  it('are part of the evidence', () => {
    const records = new Set(Object.values(ATTENTION_PEER_TABLES).map(({ record }) => record));
    expect([...records]).toEqual([GPU_TABLES['gpu-attention'].record]);
  });

  it('compare with the kernels that Hopper has', () => {
    const drawn = ATTENTION_PEER_TABLES['attention-peers'].draw(evidence);
    expect(drawn).toContain('| case | time | useful rate | FlashAttention-3 takes | check |');
    expect(drawn).toContain('| causal | 2.00 ms | - | 1.50x | ok |');
  });

  it('say which version ran, what it left out, and what could not be imported', () => {
    const drawn = ATTENTION_PEER_TABLES['attention-peer-versions'].draw(evidence);
    expect(drawn).toContain('| FlashAttention-3 | flash_attn_3 3.0.0+source | 1 | 1: no kernel |');
    expect(drawn).toContain('| sparsek cuda | 0.1.0 | 2 | - |');
    expect(drawn).toContain('| FlashAttention-4 | - | 0 | ModuleNotFoundError |');
    const nothing = { ...evidence, benchmarks: [] };
    expect(ATTENTION_PEER_TABLES['attention-peer-versions'].draw(nothing)).toBe('Not recorded yet.');
  });
});
