import { randomPattern } from '@sparsek/bsr';
import { DisposedError, InvalidArgumentError, InvalidMatrixError } from '@sparsek/types';
import { describe, expect, it } from 'vitest';
import {
  type CudaDevice,
  type DeviceAttentionProblem,
  emptyDense,
  openDevice,
  planAttentionOnDevice,
  planSpmmOnDevice,
} from '../src/index.js';
import { SPMM_KERNELS, useDriverDouble } from './driver-double/use.js';
import { operands, pattern, problem } from './small-product.js';

const double = useDriverDouble({
  ...SPMM_KERNELS,
  'attention_d64_b128.cubin': '* 512',
  'attention_combine.cubin': '* 104',
  'attention_portable_d64.fatbin': '* 256',
});

const kernels = () => double.calls('cuLaunchKernelEx').map((line) => line.split(' ')[1]!.split('_')[1]);

describe('spmm on the device', () => {
  it('packs when it must, or uses what was packed before', () => {
    using device = openDevice();
    using plan = planSpmmOnDevice(device, problem);
    const given = operands(device, 'f32');
    plan.launch(given);
    expect(kernels().slice(0, 2)).toEqual(['pack', 'narrow']);
    double.forget();
    using packed = device.allocate(plan.packedBytes);
    plan.pack(given.values, packed);
    plan.launch({ ...given, packed, alpha: 0.5, beta: 1, activation: 'gelu' });
    plan.launch({ ...given, packed });
    expect(kernels().filter((name) => name === 'pack')).toHaveLength(1);
    expect(kernels().filter((name) => name === 'narrow')).toHaveLength(2);
  });

  it('tells the bytes that its tiles bring through the L2 cache', () => {
    using device = openDevice();
    const dense = randomPattern({ shape: [256, 128], blockShape: [128, 128], density: 1, seed: 1 });
    using plan = planSpmmOnDevice(device, { pattern: dense, dtype: 'f16', denseExtent: 512 });
    // Two panels of 256 columns read A; both tiles of a panel read its part of B; C is written.
    expect(plan.l2Traffic).toBe(2 * (2 * 256 * 128 + 2 * 128 * 512 + 256 * 512));
    const [few, whole] = [8, 16].map((side) =>
      randomPattern({ ...dense, blockShape: [side, side], density: 1 }),
    );
    using portable = planSpmmOnDevice(device, { pattern: few!, dtype: 'f16', denseExtent: 512 });
    using narrow = planSpmmOnDevice(device, { pattern: whole!, dtype: 'f16', denseExtent: 512 });
    // One tile of 256 rows and four panels of 128 columns.
    expect([portable.l2Traffic, narrow.l2Traffic]).toEqual([0, 2 * (4 * 256 * 128 + 128 * 512 + 256 * 512)]);
  });

  it('is captured in a graph, whose memory outlives its scratch', async () => {
    using device = openDevice();
    using plan = planSpmmOnDevice(device, problem);
    const given = operands(device, 'f32');
    await device.stream.done();
    using graph = device.stream.capture(() => plan.launch(given));
    expect(graph.nodes).toBeGreaterThanOrEqual(2);
    double.forget();
    graph.replay(device.stream);
    expect(double.calls().map((line) => line.split(' ')[0])).toEqual(['cuGraphLaunch']);
  });

  it('is planned before a capture, not within', () => {
    using device = openDevice();
    expect(() => device.stream.capture(() => void planSpmmOnDevice(device, problem))).toThrow(
      /Expected a stream that is not being captured for making a plan/,
    );
    using plan = planSpmmOnDevice(device, problem);
    expect(plan.kernel).toMatch(/^sparsek_narrow/);
  });

  it('takes another stream of the device', () => {
    using device = openDevice();
    using other = device.createStream();
    using plan = planSpmmOnDevice(device, problem);
    plan.launch(operands(device, 'f32'), other);
    using second = openDevice({ ordinal: 1 });
    expect(() => plan.launch(operands(device, 'f32'), second.stream)).toThrow(InvalidArgumentError);
  });

  it('checks its operands', () => {
    using device = openDevice();
    using plan = planSpmmOnDevice(device, problem);
    const given = operands(device, 'f32');
    double.forget();
    const wrong = [
      { ...given, values: device.allocate(16) },
      { ...given, dense: emptyDense(device, [72, 192], 'f16') },
      { ...given, dense: emptyDense(device, [192, 72], 'bf16') },
      { ...given, out: emptyDense(device, [128, 71], 'f32') },
      { ...given, bias: device.allocate(4) },
      { ...given, packed: device.allocate(4) },
    ];
    for (const inputs of wrong) expect(() => plan.launch(inputs)).toThrow(InvalidArgumentError);
    expect(kernels()).toEqual([]);
    const indices = pattern.indices.slice().reverse();
    expect(() => planSpmmOnDevice(device, { ...problem, pattern: { ...pattern, indices } })).toThrow(
      InvalidMatrixError,
    );
  });

  it('ends with its plan', () => {
    using device = openDevice();
    const plan = planSpmmOnDevice(device, problem);
    plan[Symbol.dispose]();
    expect(() => plan.launch(operands(device, 'f32'))).toThrow(DisposedError);
  });
});

describe('attention on the device', () => {
  const open = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
  const problem: DeviceAttentionProblem = {
    batch: 1,
    heads: 4,
    kvHeads: 2,
    headDim: 64,
    dtype: 'f16',
    layout: 'bshd',
    mask: {
      queryLength: 200,
      keyLength: 300,
      blockShape: [128, 128],
      patterns: [
        {
          kind: 'regular',
          clauses: [{ diagonal: [open[0], 0], rows: open, columns: open, document: 'any' }],
        },
      ],
      batches: 1,
      heads: 1,
      headMap: Int32Array.of(0),
    },
  };
  const tensors = (device: CudaDevice) => ({
    q: device.allocate(200 * 4 * 64 * 2),
    k: device.allocate(300 * 2 * 64 * 2),
    v: device.allocate(300 * 2 * 64 * 2),
    out: device.allocate(200 * 4 * 64 * 2),
  });

  it('launches one kernel, with or without what goes beside it', () => {
    using device = openDevice();
    using plan = planAttentionOnDevice(device, problem);
    const given = tensors(device);
    plan.launch(given);
    const [slopes, lse] = [device.allocate(16), device.allocate(4 * 4 * 200)];
    plan.launch({ ...given, lse, alibiSlopes: slopes, sinks: slopes });
    expect(kernels()).toEqual(['attention', 'attention']);
    const names = double.calls('cuLaunchKernelEx').map((line) => line.split(' ')[1]);
    expect(names[0]).toBe(plan.kernel);
    expect(names[1]).not.toBe(plan.kernel);
  });

  it('has a counter for every stream, and one for every captured launch', () => {
    using device = openDevice();
    using plan = planAttentionOnDevice(device, problem);
    const given = tensors(device);
    using other = device.createStream();
    const fills = () => double.calls('cuMemsetD32Async').length;
    plan.launch(given);
    plan.launch(given);
    expect(fills()).toBe(1);
    plan.launch(given, other);
    plan.launch(given, other);
    plan.launch(given);
    expect(fills()).toBe(2);
    using graph = device.stream.capture(() => {
      plan.launch(given);
      plan.launch(given);
    });
    expect(fills()).toBe(4);
    // The fills are over before the first replay: the graph holds the two kernels and nothing else.
    expect(graph.nodes).toBe(2);
  });

  it('splits a long row, and joins its parts', () => {
    using device = openDevice();
    const keyLength = 32768;
    const mask = { ...problem.mask, queryLength: 128, keyLength };
    using plan = planAttentionOnDevice(device, { ...problem, heads: 2, kvHeads: 1, mask });
    const tokens = (count: number) => device.allocate(count * 64 * 2);
    const [q, k, v, out] = [tokens(256), tokens(keyLength), tokens(keyLength), tokens(256)];
    plan.launch({ q, k, v, out });
    const names = double.calls('cuLaunchKernelEx').map((line) => line.split(' ')[1]);
    expect(names).toEqual([plan.kernel, expect.stringMatching(/^sparsek_attention_combine_(few_)?f16$/)]);
  });

  it('takes less than 64 MiB beside its tensors for a window over a million tokens', () => {
    using device = openDevice();
    const length = 2 ** 20;
    const window = { diagonal: [-4095, 0], rows: open, columns: open, document: 'any' } as const;
    const mask = {
      ...problem.mask,
      queryLength: length,
      keyLength: length,
      patterns: [{ kind: 'regular', clauses: [window] } as const],
    };
    const tensor = () => device.allocate(length * 64 * 2);
    const given = { q: tensor(), k: tensor(), v: tensor(), out: tensor(), lse: device.allocate(length * 4) };
    const before = device.memory().pool.held;
    using plan = planAttentionOnDevice(device, { ...problem, heads: 1, kvHeads: 1, mask });
    plan.launch(given);
    const beside = device.memory().pool.peakHeld - before;
    expect(beside).toBeGreaterThan(0);
    expect(beside).toBeLessThan(64 * 2 ** 20);
  });

  it('takes V of another width, and O of another type', () => {
    using device = openDevice();
    const { v: _v, out: _out, ...given } = tensors(device);
    const [v, out] = [device.allocate(300 * 2 * 40 * 2), device.allocate(200 * 4 * 40 * 2)];
    using narrow = planAttentionOnDevice(device, { ...problem, valueDim: 40 });
    narrow.launch({ ...given, v, out });
    using converting = planAttentionOnDevice(device, { ...problem, valueDim: 40, outputDtype: 'f32' });
    expect(() => converting.launch({ ...given, v, out })).toThrow(
      `Expected ${200 * 4 * 40 * 4} bytes for out`,
    );
    converting.launch({ ...given, v, out: device.allocate(200 * 4 * 40 * 4) });
    const names = double.calls('cuLaunchKernelEx').map((line) => line.split(' ')[1]);
    expect(names).toEqual(['sparsek_attention_f16_d64_b128', 'sparsek_attention_portable_f16_d64']);
  });

  it('checks its operands and its problem', () => {
    using device = openDevice();
    using plan = planAttentionOnDevice(device, problem);
    const given = tensors(device);
    for (const name of ['q', 'k', 'v', 'out', 'lse', 'sinks', 'alibiSlopes'] as const) {
      expect(() => plan.launch({ ...given, [name]: device.allocate(8) })).toThrow(
        new RegExp(`Expected \\d+ bytes for ${name} but received 8`),
      );
    }
    expect(kernels()).toEqual([]);
    expect(() => planAttentionOnDevice(device, { ...problem, headDim: 257 })).toThrow(
      /Expected 1 to 256 for headDim but received 257/,
    );
    expect(() => planAttentionOnDevice(device, { ...problem, kvHeads: 3 })).toThrow(InvalidArgumentError);
  });
});
