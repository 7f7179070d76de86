import { randomPattern } from '@sparsek/bsr';
import {
  type AttentionProblem,
  type BsrPattern,
  DisposedError,
  InvalidArgumentError,
  InvalidMatrixError,
  type SpmmProblem,
  UnsupportedOperationError,
} from '@sparsek/types';
import { describe, expect, it, vi } from 'vitest';
import { type CudaBackend, openCudaBackend } from '../src/index.js';
import { SPMM_KERNELS, useDriverDouble } from './driver-double/use.js';

// The double runs no kernels: these tests look at what is launched. Parameter structs are at least this long.
const double = useDriverDouble({
  ...SPMM_KERNELS,
  'spmm_wide_bf16.cubin': 'sparsek_some_other_kernel 512',
  'spmm_skinny_f16.cubin': '* 128',
  'bsr_transpose.fatbin': '* 32',
  'attention_portable_d64.fatbin': '* 256',
});

const pattern: BsrPattern = {
  shape: [128, 192],
  blockShape: [64, 64],
  indptr: Int32Array.of(0, 1, 3),
  indices: Int32Array.of(2, 0, 1),
};
const problem: SpmmProblem = { pattern, dtype: 'f16', denseExtent: 136 };
const values = new Uint16Array(3 * 64 * 64);
const dense = { shape: [192, 136] as const, dtype: 'f16' as const, values: new Uint16Array(192 * 136) };

function launches(): readonly string[] {
  return double.calls('cuLaunchKernelEx').map((line) => line.split(' parameter ')[0]!);
}

/** Bytes of the first parameter of the only launch. */
function parameters(): Buffer {
  const [line, ...more] = double.calls('cuLaunchKernelEx');
  expect(more).toEqual([]);
  return Buffer.from(line!.split(' parameter ')[1]!, 'hex');
}

function holdsFloat(bytes: Buffer, value: number): boolean {
  return Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i)).includes(value);
}

async function withBackend<T>(body: (backend: CudaBackend) => Promise<T>): Promise<T> {
  using backend = await openCudaBackend();
  return await body(backend);
}

describe('spmm', () => {
  it('launches the kernel that fits, with its operands', async () => {
    await withBackend(async (backend) => {
      using plan = await backend.planSpmm(problem);
      expect(plan.kernel).toMatch(/^sparsek_wide_64x64_n_\w+$/);
      const { output } = await plan.run({ values, dense, alpha: 2.5 });
      expect(output.shape).toEqual([128, 136]);
      expect(output.dtype).toBe('f16');
      expect(launches()[0]).toMatch(
        /^cuLaunchKernelEx sparsek_wide_64x64_n_\w+ grid \d+,\d+,\d+ block \d+,1,1 shared \d+( |$)/,
      );
      expect(holdsFloat(parameters(), 2.5)).toBe(true);
    });
  });

  it('allows the kernel the shared memory that it asks for', async () => {
    await withBackend(async (backend) => {
      using plan = await backend.planSpmm(problem);
      await plan.run({ values, dense });
      await plan.run({ values, dense });
      const shared = launches()[0]!.match(/shared (\d+)/)![1];
      expect(double.calls('cuFuncSetAttribute')).toEqual([`cuFuncSetAttribute 8 ${shared}`]);
    });
  });

  it('reads a column-order matrix as it lies, and one on the left by its transpose', async () => {
    await withBackend(async (backend) => {
      using plan = await backend.planSpmm(problem);
      await plan.run({ values, dense: { ...dense, order: 'column', leadingDimension: 192 } });
      using right = await backend.planSpmm({ ...problem, side: 'right', transpose: true });
      await right.run({
        values,
        dense: { shape: [136, 192], dtype: 'f16', values: new Uint16Array(192 * 136) },
      });
      for (const line of launches()) expect(line.split(' ')[1]).toMatch(/^sparsek_wide_64x64_t_/);
      expect(launches()).toHaveLength(2);
      expect(right.kernel).toMatch(/^sparsek_wide_64x64_t_\w+$/);
    });
  });

  it('transposes the blocks first where A is transposed, and says so', async () => {
    await withBackend(async (backend) => {
      using plan = await backend.planSpmm({ ...problem, transpose: true });
      expect(plan.kernel).toMatch(/^sparsek_wide_64x64_n_\w+\+transposed$/);
      const tall = { shape: [128, 136] as const, dtype: 'f16' as const, values: new Uint16Array(128 * 136) };
      await plan.run({ values, dense: tall });
      const [first, second] = launches().map((line) => line.split(' ')[1]);
      expect(first).toBe('sparsek_transpose_blocks_16');
      expect(second).toMatch(/^sparsek_wide_64x64_n_/);
    });
  });

  it('packs the values where the kernel reads them packed', async () => {
    await withBackend(async (backend) => {
      const small = randomPattern({ shape: [96, 96], blockShape: [16, 16], density: 0.5, seed: 1 });
      using plan = await backend.planSpmm({ pattern: small, dtype: 'f16', denseExtent: 128 });
      const right = { shape: [96, 128] as const, dtype: 'f16' as const, values: new Uint16Array(96 * 128) };
      const blocks = new Uint16Array(small.indices.length * 256);
      await plan.run({ values: blocks, dense: right });
      const names = launches().map((line) => line.split(' ')[1]!);
      expect(names.filter((name) => name.startsWith('sparsek_pack'))).toHaveLength(1);
      expect(names.filter((name) => name.startsWith('sparsek_narrow'))).toHaveLength(1);
    });
  });

  it('multiplies few columns in one launch, whatever their order and alignment', async () => {
    await withBackend(async (backend) => {
      const of = (columns: number) => ({
        shape: [192, columns] as const,
        dtype: 'f16' as const,
        values: new Uint16Array(192 * columns),
      });
      using few = await backend.planSpmm({ ...problem, denseExtent: 13 });
      expect(few.kernel).toBe('sparsek_skinny_n16_r2_k64');
      await few.run({ values, dense: of(13) });
      await few.run({ values, dense: { ...of(13), order: 'column', leadingDimension: 192 } });
      using one = await backend.planSpmm({ ...problem, denseExtent: 1 });
      await one.run({ values, dense: of(1) });
      expect(launches().map((line) => line.split(' ')[1])).toEqual([
        'sparsek_skinny_n16_r2_k64_n',
        'sparsek_skinny_n16_r2_k64_t',
        'sparsek_skinny_n8_r2_k64_n',
      ]);
    });
  });

  it('takes blocks and dtypes that the fast kernels do not', async () => {
    await withBackend(async (backend) => {
      const odd = randomPattern({ shape: [50, 70], blockShape: [5, 7], density: 0.3, seed: 1 });
      for (const dtype of ['f16', 'f32'] as const) {
        using plan = await backend.planSpmm({ pattern: odd, dtype, denseExtent: 8 });
        expect(plan.kernel).toBe(`sparsek_portable_${dtype}`);
      }
    });
  });

  it('rounds float32 to tf32 only where it is allowed to', async () => {
    await withBackend(async (backend) => {
      const wide = { shape: [192, 136] as const, dtype: 'f32' as const, values: new Float32Array(192 * 136) };
      for (const [precision, kernel] of [
        [undefined, 'sparsek_portable_f32'],
        ['exact', 'sparsek_portable_f32'],
        ['tf32', 'sparsek_portable_tf32'],
      ] as const) {
        double.forget();
        using plan = await backend.planSpmm({
          ...problem,
          dtype: 'f32',
          ...(precision === undefined ? {} : { precision }),
        });
        expect(plan.kernel).toBe(kernel);
        await plan.run({ values: new Float32Array(3 * 64 * 64), dense: wide });
        expect(launches().map((line) => line.split(' ')[1])).toEqual([kernel]);
      }
      using half = await backend.planSpmm({ ...problem, precision: 'tf32' });
      expect(half.kernel).toMatch(/^sparsek_wide_/);
      const unknown = { ...problem, precision: 'fast' } as unknown as SpmmProblem;
      await expect(backend.planSpmm(unknown)).rejects.toThrow(
        /Expected 'exact' or 'tf32' for precision but received "?'?fast/,
      );
    });
  });

  it('gives every buffer back after a run', async () => {
    await withBackend(async (backend) => {
      const before = backend.cudaDevice.memory().pool.used;
      const plan = await backend.planSpmm(problem);
      await plan.run({
        values,
        dense,
        bias: new Float32Array(128),
        beta: 1,
        c: { shape: [128, 136], dtype: 'f16', values: new Uint16Array(128 * 136) },
      });
      plan[Symbol.dispose]();
      expect(backend.cudaDevice.memory().pool.used).toBe(before);
    });
  });

  it('writes into the matrix that it is given', async () => {
    await withBackend(async (backend) => {
      using plan = await backend.planSpmm(problem);
      const out = { shape: [128, 136] as const, dtype: 'f16' as const, values: new Uint16Array(128 * 136) };
      const c = { ...out, values: new Uint16Array(128 * 136).fill(0x3c00) };
      // Without a kernel the result is what was uploaded: C.
      const { output } = await plan.run({ values, dense, beta: 1, c, out });
      expect(output).toBe(out);
      expect(out.values.every((word) => word === 0x3c00)).toBe(true);
      expect(holdsFloat(parameters(), 1)).toBe(true);
    });
  });

  it('launches nothing for an empty result', async () => {
    await withBackend(async (backend) => {
      using plan = await backend.planSpmm({ ...problem, denseExtent: 0 });
      const empty = { shape: [192, 0] as const, dtype: 'f16' as const, values: new Uint16Array(0) };
      expect((await plan.run({ values, dense: empty })).output.values).toHaveLength(0);
      expect(launches()).toEqual([]);
    });
  });

  it('checks its arguments before it touches the device', async () => {
    await withBackend(async (backend) => {
      const indices = Int32Array.of(2, 1, 0);
      await expect(backend.planSpmm({ ...problem, pattern: { ...pattern, indices } })).rejects.toThrow(
        InvalidMatrixError,
      );
      using plan = await backend.planSpmm(problem);
      double.forget();
      const wrong = [
        { values: values.subarray(1), dense },
        { values, dense: { ...dense, shape: [136, 192] as const } },
        { values, dense, beta: 1 },
        { values, dense, bias: new Float32Array(3) },
      ];
      for (const inputs of wrong) await expect(plan.run(inputs)).rejects.toThrow(InvalidArgumentError);
      expect(double.calls()).toEqual([]);
    });
  });

  it('stops when its signal is aborted, and after disposal', async () => {
    await withBackend(async (backend) => {
      const plan = await backend.planSpmm(problem);
      const signal = AbortSignal.abort(new Error('enough'));
      await expect(plan.run({ values, dense }, { signal })).rejects.toThrow('enough');
      await expect(backend.planSpmm(problem, { signal })).rejects.toThrow('enough');
      plan[Symbol.dispose]();
      await expect(plan.run({ values, dense })).rejects.toThrow(DisposedError);
    });
    const backend = await openCudaBackend();
    const plan = await backend.planSpmm(problem);
    backend[Symbol.dispose]();
    await expect(plan.run({ values, dense })).rejects.toThrow(DisposedError);
    await expect(backend.planSpmm(problem)).rejects.toThrow(DisposedError);
  });

  it('names the file when a compiled kernel is missing', async () => {
    await withBackend(async (backend) => {
      using plan = await backend.planSpmm({ ...problem, dtype: 'bf16' });
      await expect(plan.run({ values, dense: { ...dense, dtype: 'bf16' } })).rejects.toThrow(
        /spmm needs a compiled kernel: .*spmm_wide_bf16\.cubin holds no kernel sparsek_wide_64x64_n_/,
      );
    });
  });
});

describe('supports', () => {
  it('is honest: what it denies throws, naming what would work', async () => {
    await withBackend(async (backend) => {
      expect(backend.supports('spmm', 'f16')).toBe(true);
      expect(backend.supports('spmm', 'f32')).toBe(true);
      expect(backend.supports('sddmm', 'f16')).toBe(false);
      const run = backend.planSddmm({ pattern, dtype: 'f16', inner: 8 });
      await expect(run).rejects.toThrow(/no f16 kernel for sddmm on Fake GPU 0 .*use the CPU backend/);
      await expect(backend.planSddmm({ pattern, dtype: 'f16', inner: 8 })).rejects.toThrow(
        UnsupportedOperationError,
      );
    });
  });

  it('has portable kernels on another GPU than Hopper', async () => {
    using backend = await openCudaBackend({ device: 1 });
    expect(backend.device).toBe('Fake GPU 1');
    expect(backend.supports('spmm', 'f16')).toBe(true);
    expect(backend.supports('attention', 'f16')).toBe(true);
    using plan = await backend.planSpmm(problem);
    expect(plan.kernel).toBe('sparsek_portable_f16');
  });
});

describe('attention', () => {
  const attention: AttentionProblem = {
    batch: 1,
    heads: 2,
    kvHeads: 1,
    headDim: 64,
    dtype: 'f16',
    layout: 'bhsd',
    mask: {
      queryLength: 100,
      keyLength: 100,
      blockShape: [128, 128],
      patterns: [
        {
          kind: 'regular',
          clauses: [
            {
              diagonal: [-Infinity, 0],
              rows: [-Infinity, Infinity],
              columns: [-Infinity, Infinity],
              document: 'any',
            },
          ],
        },
      ],
      batches: 1,
      heads: 1,
      headMap: Int32Array.of(0),
    },
  };

  it('plans once for all runs and checks its inputs', async () => {
    await withBackend(async (backend) => {
      using plan = await backend.planAttention(attention);
      expect(plan.kernel).toMatch(/^sparsek_/);
      const q = { shape: [1, 2, 100, 64] as const, dtype: 'f16' as const, values: new Uint16Array(12800) };
      const k = { shape: [1, 1, 100, 64] as const, dtype: 'f16' as const, values: new Uint16Array(6400) };
      await expect(plan.run({ q: k, k, v: k })).rejects.toThrow('Expected [1, 2, 100, 64] for q.shape');
      // The double's folder holds no attention kernels.
      await expect(plan.run({ q, k, v: k })).rejects.toThrow(/attention needs a compiled kernel/);
    });
  });

  it('refuses what the kernels cannot do by name', async () => {
    await withBackend(async (backend) => {
      for (const wide of [{ headDim: 264 }, { valueDim: 264 }]) {
        await expect(backend.planAttention({ ...attention, ...wide })).rejects.toThrow(
          /Expected 1 to 256 for (headDim|valueDim) but received 264/,
        );
        await expect(backend.planAttention({ ...attention, ...wide })).rejects.toThrow(
          UnsupportedOperationError,
        );
      }
    });
  });

  it.each([
    ['float32', { dtype: 'f32' }, 'sparsek_attention_portable_f32_d64'],
    ['another type of O', { outputDtype: 'f32' }, 'sparsek_attention_portable_f16_d64'],
    ['a width that is no multiple of 8', { headDim: 60 }, 'sparsek_attention_portable_f16_d64'],
    ['a width of V that is no multiple of 8', { valueDim: 97 }, 'sparsek_attention_portable_f16_d128'],
    ['V wider than Q', { dtype: 'bf16', valueDim: 96 }, 'sparsek_attention_bf16_d128_b128'],
    ['96 dimensions', { headDim: 96 }, 'sparsek_attention_f16_d128_b128'],
  ] as const)('has a kernel for %s', async (_name, change, kernel) => {
    await withBackend(async (backend) => {
      using plan = await backend.planAttention({ ...attention, ...change });
      expect(plan.kernel).toBe(kernel);
    });
  });

  it('uses the portable kernel where there is no Hopper kernel, or on request', async () => {
    {
      using backend = await openCudaBackend({ device: 1 });
      using plan = await backend.planAttention({ ...attention, headDim: 80 });
      expect(plan.kernel).toBe('sparsek_attention_portable_f16_d96');
    }
    vi.stubEnv('SPARSEK_CUDA_KERNELS', 'portable');
    try {
      await withBackend(async (backend) => {
        using plan = await backend.planAttention(attention);
        expect(plan.kernel).toBe('sparsek_attention_portable_f16_d64');
        using product = await backend.planSpmm(problem);
        expect(product.kernel).toBe('sparsek_portable_f16');
        using tuned = await backend.planSpmm(problem, { autotune: true });
        expect(tuned.kernel).toBe('sparsek_portable_f16');
        vi.stubEnv('SPARSEK_CUDA_KERNELS', 'fast');
        await expect(backend.planAttention(attention)).rejects.toThrow(
          "Expected 'portable' or nothing for SPARSEK_CUDA_KERNELS",
        );
      });
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('launches the portable kernel on one CTA a tile of queries and head', async () => {
    await withBackend(async (backend) => {
      const wide = { ...attention, dtype: 'f32', headDim: 20, valueDim: 33 } as const;
      using plan = await backend.planAttention(wide);
      const tensor = (heads: number, dim: number) => ({
        shape: [1, heads, 100, dim] as const,
        dtype: 'f32' as const,
        values: new Float32Array(heads * 100 * dim),
      });
      const { output } = await plan.run({ q: tensor(2, 20), k: tensor(1, 20), v: tensor(1, 33), lse: true });
      expect(output.o.shape).toEqual([1, 2, 100, 33]);
      expect(output.lse).toHaveLength(200);
      // Tiles of 32 queries, two warps; Q and one step of K and V of 32 rows with a pitch of 65 floats.
      expect(launches()).toEqual([
        `cuLaunchKernelEx sparsek_attention_portable_f32_d64 grid 8,1,1 block 64,1,1 shared ${3 * 32 * 65 * 4}`,
      ]);
    });
  });
});
