import { InvalidArgumentError } from '@sparsek/types';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  type DeviceAttentionProblem,
  openCudaBackend,
  openDevice,
  planAttentionOnDevice,
  planSpmmOnDevice,
  profilerRange,
  tuneSpmmOnDevice,
  uploadBsr,
  wrapBsr,
} from '../src/index.js';
import { SPMM_KERNELS, useDriverDouble } from './driver-double/use.js';
import { buildRecorder, places } from './nvtx/recorder.js';
import { operands, pattern, problem } from './small-product.js';

// Each file of tests is a process of its own, and the profiler is looked for at the first range.
process.env.NVTX_INJECTION64_PATH = buildRecorder();

const double = useDriverDouble({
  ...SPMM_KERNELS,
  'bsr_check.fatbin': '* 64',
  'bsr_transpose.fatbin': '* 32',
  'attention_d64_b128.cubin': '* 512',
});

// One file for both, so that the order is seen.
beforeEach(() => {
  process.env.RECORDER_LOG = process.env.FAKE_CUDA_LOG;
});

/** What ranges there were since the last `forget`, without those of handing out memory, and the launches among them. */
function timeline(...driverCalls: readonly string[]): readonly string[] {
  const all = places(double.calls(), ['cuLaunchKernelEx', ...driverCalls]);
  return all.filter((place) => !/^sparsek\.memory\.|sparsek\.kernels\.load/.test(place));
}

const open = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
const causal = { diagonal: [open[0], 0], rows: open, columns: open, document: 'any' } as const;
const attention: DeviceAttentionProblem = {
  batch: 1,
  heads: 2,
  kvHeads: 1,
  headDim: 64,
  dtype: 'f16',
  layout: 'bhsd',
  mask: {
    queryLength: 256,
    keyLength: 256,
    blockShape: [128, 128],
    patterns: [{ kind: 'regular', clauses: [causal] }],
    batches: 1,
    heads: 1,
    headMap: Int32Array.of(0),
  },
};

describe('ranges of operations', () => {
  it('hold the launches of a product, its plan and its packing apart', () => {
    using device = openDevice();
    const given = operands(device, 'f16');
    double.forget();
    using plan = planSpmmOnDevice(device, problem);
    using packed = device.allocate(plan.packedBytes);
    plan.pack(given.values, packed);
    plan.launch({ ...given, packed });
    expect(timeline('cuMemcpyHtoDAsync_v2')).toEqual([
      'sparsek.spmm.plan',
      'sparsek.spmm.plan > sparsek.spmm.group',
      'sparsek.spmm.plan > cuMemcpyHtoDAsync_v2',
      'sparsek.spmm.pack',
      'sparsek.spmm.pack > cuLaunchKernelEx',
      'sparsek.spmm',
      'sparsek.spmm > cuLaunchKernelEx',
    ]);
  });

  it('show the loading of kernels inside the first launch', () => {
    using device = openDevice();
    const given = operands(device, 'f16');
    using plan = planSpmmOnDevice(device, problem);
    using packed = device.allocate(plan.packedBytes);
    double.forget();
    plan.launch({ ...given, packed });
    plan.launch({ ...given, packed });
    expect(places(double.calls(), ['cuModuleLoadDataEx', 'cuLaunchKernelEx'])).toEqual([
      'sparsek.spmm',
      'sparsek.spmm > sparsek.kernels.load',
      'sparsek.spmm > sparsek.kernels.load > cuModuleLoadDataEx',
      'sparsek.spmm > cuLaunchKernelEx',
      'sparsek.spmm',
      'sparsek.spmm > cuLaunchKernelEx',
    ]);
  });

  it('hold the launches of attention, and its plan apart', () => {
    using device = openDevice();
    const tensor = (heads: number) => device.allocate(heads * 256 * 64 * 2);
    const given = { q: tensor(2), k: tensor(1), v: tensor(1), out: tensor(2) };
    double.forget();
    using plan = planAttentionOnDevice(device, attention);
    plan.launch(given);
    const told = timeline();
    expect(told.slice(0, 2)).toEqual(['sparsek.attention.plan', 'sparsek.attention']);
    expect(new Set(told.slice(2))).toEqual(new Set(['sparsek.attention > cuLaunchKernelEx']));
  });

  it('name transfers, fills and checks', async () => {
    using device = openDevice();
    const { stream } = device;
    using memory = device.allocate(16);
    using other = device.allocate(16);
    double.forget();
    stream.upload(memory, new Float32Array(4));
    stream.fill(other, 0);
    stream.copy(other, memory);
    await stream.download(other, new Float32Array(4));
    expect(timeline()).toEqual(['sparsek.upload', 'sparsek.fill', 'sparsek.copy', 'sparsek.download']);
    using matrix = uploadBsr(device, {
      ...{ shape: [2, 2], blockShape: [2, 2], dtype: 'f32', values: new Float32Array(4) },
      ...{ indptr: Int32Array.of(0, 1), indices: Int32Array.of(0) },
    });
    double.forget();
    const { deviceIndptr: indptr, deviceIndices: indices, deviceValues: values } = matrix;
    await wrapBsr(device, { shape: [2, 2], blockShape: [2, 2], dtype: 'f32', indptr, indices, values });
    expect(timeline().slice(0, 2)).toEqual(['sparsek.bsr.check', 'sparsek.bsr.check > cuLaunchKernelEx']);
  });

  it('hold what a graph captures, and show replays', () => {
    using device = openDevice();
    using memory = device.allocate(16);
    double.forget();
    using graph = device.stream.capture(() => device.stream.fill(memory, 0));
    graph.replay(device.stream);
    expect(timeline('cuGraphLaunch')).toEqual([
      '[sparsek.graph.capture]',
      'sparsek.fill',
      'sparsek.graph.instantiate',
      '[/sparsek.graph.capture]',
      'sparsek.graph.replay',
      'sparsek.graph.replay > cuGraphLaunch',
    ]);
  });

  it('span a whole run of the backend, with what it consists of', async () => {
    using backend = await openCudaBackend();
    using plan = await backend.planSpmm({ ...problem, transpose: true });
    double.forget();
    const dense = { shape: [128, 72] as const, dtype: 'f16' as const, values: new Uint16Array(128 * 72) };
    await plan.run({ values: new Uint16Array(pattern.indices.length * 256), dense });
    const told = timeline();
    expect(told[0]).toBe('[sparsek.spmm.run]');
    expect(told.at(-1)).toBe('[/sparsek.spmm.run]');
    for (const name of ['sparsek.upload', 'sparsek.bsr.transpose', 'sparsek.spmm', 'sparsek.download']) {
      expect(told).toContain(name);
    }
  });

  it('span a measurement of the autotune, not what is remembered', async () => {
    process.env.SPARSEK_CACHE = double.folder;
    using device = openDevice();
    await tuneSpmmOnDevice(device, problem);
    expect(timeline().filter((place) => place.includes('tune'))).toEqual([
      '[sparsek.spmm.tune]',
      '[/sparsek.spmm.tune]',
    ]);
    double.forget();
    await tuneSpmmOnDevice(device, problem);
    expect(timeline()).toEqual([]);
    delete process.env.SPARSEK_CACHE;
  });

  it('end where an operation fails', () => {
    using device = openDevice();
    const given = operands(device, 'f16');
    using plan = planSpmmOnDevice(device, problem);
    using packed = device.allocate(plan.packedBytes);
    double.forget();
    double.set({ FAIL: 'cuLaunchKernelEx:701' });
    expect(() => plan.launch({ ...given, packed })).toThrow(/spmm/);
    double.set({ FAIL: 'cuStreamEndCapture:901' });
    expect(() => device.stream.capture(() => undefined)).toThrow(/capture/);
    // Throws where one is left open.
    expect(timeline()).toContain('sparsek.spmm');
  });
});

describe('profilerRange', () => {
  it('gives ranges that overlap, each ended once', () => {
    double.forget();
    const first = profilerRange('first: 100 %, {}');
    const second = profilerRange('zweite Schicht, größer');
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    second[Symbol.dispose]();
    expect(places(double.calls())).toEqual([
      '[first: 100 %, {}]',
      '[zweite Schicht, größer]',
      '[/first: 100 %, {}]',
      '[/zweite Schicht, größer]',
    ]);
  });

  it('lasts across await and ends with its scope', async () => {
    double.forget();
    const work = async (name: string) => {
      using _range = profilerRange(name);
      await new Promise((resolve) => setImmediate(resolve));
    };
    await Promise.all([work('a'), work('b')]);
    expect(places(double.calls())).toEqual(['[a]', '[b]', '[/a]', '[/b]']);
  });

  it('takes strings alone', () => {
    // @ts-expect-error
    expect(() => profilerRange(7)).toThrow(InvalidArgumentError);
  });
});
