import {
  type CudaBackend,
  type CudaDevice,
  type DeviceMemory,
  emptyDense,
  planAttentionOnDevice,
  planSpmmOnDevice,
  uploadDense,
} from '@sparsek/cuda';
import { type Backend, BYTES_PER_ELEMENT, type Dtype, type Values } from '@sparsek/types';
import type { AttentionData, SpmmData } from '../case/data.js';
import type { AttentionCase, BenchCase } from '../case/schema.js';
import type { PreparedRun, PrepareOptions, ResultRows } from './contestant.js';
import { deviceTimer } from './device-timer.js';
import { launchTimer } from './launch-timer.js';
import { downloadRows } from './result-rows.js';

/** Every bit set: a NaN in all three dtypes, so that an element that is never written fails the check. */
const POISON = 0xff;

export function isCudaBackend(backend: Backend): backend is CudaBackend {
  return 'cudaDevice' in backend;
}

/**
 * A case on operands that stay on the device, as its peers' do. Times are those of the device's events around a few
 * launches back to back, replayed as one graph, or the host's for launching; A is packed once, as it would be for a
 * layer's weights.
 */
export async function prepareOnDevice(
  device: CudaDevice,
  benchCase: BenchCase,
  data: SpmmData | AttentionData,
  options: PrepareOptions,
): Promise<PreparedRun> {
  const resources = new DisposableList();
  try {
    const made = ready(device, benchCase, data, options, resources);
    const { kernel, planMs, l2Bytes, sets, out, dtype, columns } = made;
    const makeTimer = benchCase.measure === 'launch' ? launchTimer : deviceTimer;
    const timer = resources.add(await makeTimer(device, sets));
    return {
      kernel,
      planMs,
      ...(l2Bytes > 0 ? { l2Bytes } : {}),
      timedAs: timer.description,
      run: timer.run,
      async result(rows): Promise<ResultRows> {
        device.stream.fill(out, POISON, 1);
        // What is timed is what is checked, graph and all.
        await timer.run();
        return downloadRows(device, out, { dtype, columns, rows });
      },
      [Symbol.asyncDispose]: async () => resources.dispose(),
    };
  } catch (error) {
    resources.dispose();
    throw error;
  }
}

/** What a plan tells of its launches. */
export interface LaunchedCase {
  readonly kernel: string;
  /** Bytes that the kernel's tiles bring through the L2 cache; 0 where the plan does not tell. */
  readonly l2Bytes: number;
}

/** Launches a case once and waits. */
export async function launchCase(
  device: CudaDevice,
  benchCase: BenchCase,
  data: SpmmData | AttentionData,
): Promise<LaunchedCase> {
  const resources = new DisposableList();
  try {
    const { kernel, l2Bytes, sets } = ready(device, benchCase, data, { inputSets: 1 }, resources);
    sets[0]!();
    await device.stream.done();
    return { kernel, l2Bytes };
  } finally {
    resources.dispose();
  }
}

function ready(
  device: CudaDevice,
  benchCase: BenchCase,
  data: SpmmData | AttentionData,
  options: PrepareOptions,
  resources: DisposableList,
): Ready {
  return data.operation === 'spmm'
    ? prepareSpmm(device, data, options, resources)
    : prepareAttention(device, benchCase as AttentionCase, data, options, resources);
}

/** What a case needs to be timed and checked. */
interface Ready {
  readonly kernel: string;
  readonly planMs: number;
  /** 0 where the plan does not tell. */
  readonly l2Bytes: number;
  /** A launch on each set of inputs; the first writes `out`. */
  readonly sets: readonly (() => void)[];
  readonly out: DeviceMemory;
  readonly dtype: Dtype;
  readonly columns: number;
}

function prepareSpmm(
  device: CudaDevice,
  { a, b }: SpmmData,
  { inputSets }: PrepareOptions,
  resources: DisposableList,
): Ready {
  const n = b.shape[1];
  const plan = resources.add(planSpmmOnDevice(device, { pattern: a, dtype: a.dtype, denseExtent: n }));
  const sets = Array.from({ length: inputSets }, () => {
    const values = resources.add(upload(device, a.values));
    const dense = resources.add(uploadDense(device, b));
    const packed = resources.add(device.allocate(plan.packedBytes));
    plan.pack(values, packed);
    const out = resources.add(emptyDense(device, [a.shape[0], n], a.dtype));
    return { values, packed, dense, out };
  });
  return {
    kernel: plan.kernel,
    planMs: plan.planMs,
    l2Bytes: plan.l2Traffic,
    sets: sets.map((operands) => () => plan.launch(operands)),
    out: sets[0]!.out.memory,
    dtype: a.dtype,
    columns: n,
  };
}

function prepareAttention(
  device: CudaDevice,
  benchCase: AttentionCase,
  data: AttentionData,
  { inputSets }: PrepareOptions,
  resources: DisposableList,
): Ready {
  const { batch, heads, kvHeads, headDim, dtype } = benchCase;
  const problem = { batch, heads, kvHeads, headDim, dtype, layout: 'bhsd', mask: data.mask } as const;
  const plan = resources.add(planAttentionOnDevice(device, problem));
  const sinks = data.sinks && resources.add(upload(device, data.sinks));
  const sets = Array.from({ length: inputSets }, () => {
    const [q, k, v] = [data.q, data.k, data.v].map(({ values }) => resources.add(upload(device, values)));
    const out = resources.add(device.allocate(data.q.values.length * BYTES_PER_ELEMENT[dtype]));
    return { q: q!, k: k!, v: v!, out, ...(sinks && { sinks }) };
  });
  return {
    kernel: plan.kernel,
    planMs: plan.planMs,
    l2Bytes: plan.l2Traffic,
    sets: sets.map((operands) => () => plan.launch(operands)),
    out: sets[0]!.out,
    dtype,
    columns: headDim,
  };
}

function upload(device: CudaDevice, values: Values): DeviceMemory {
  const memory = device.allocate(values.byteLength);
  if (values.byteLength > 0) device.stream.upload(memory, values);
  return memory;
}

/** Resources that are freed together, the newest first. */
class DisposableList {
  readonly #resources: Disposable[] = [];

  add<T extends Disposable>(resource: T): T {
    this.#resources.push(resource);
    return resource;
  }

  dispose(): void {
    for (const resource of this.#resources.splice(0).reverse()) resource[Symbol.dispose]();
  }
}
