import { allocateValues, convertValues } from '@sparsek/bsr';
import {
  type CudaBackend,
  type CudaDevice,
  type DeviceMemory,
  emptyDense,
  planAttentionOnDevice,
  planSpmmOnDevice,
  uploadDense,
} from '@sparsek/cuda';
import { type Backend, BYTES_PER_ELEMENT, type Values } from '@sparsek/types';
import type { AttentionData, SpmmData } from '../case/data.js';
import type { AttentionCase, BenchCase } from '../case/schema.js';
import type { PreparedRun } from './contestant.js';

/** As many as GPU peers launch in a row (peers/sparsek_peers/gpu.py), so that all see the same clocks. */
const LAUNCHES = 5;

/** Every bit set: a NaN in all three dtypes, so that an element that is never written fails the check. */
const POISON = 0xff;

export function isCudaBackend(backend: Backend): backend is CudaBackend {
  return 'cudaDevice' in backend;
}

/**
 * A case on operands that stay on the device, as its peers' do. Times are those of the device's events around a few
 * launches back to back; A is packed once, as it would be for a layer's weights.
 */
export function prepareOnDevice(
  device: CudaDevice,
  benchCase: BenchCase,
  data: SpmmData | AttentionData,
): PreparedRun {
  return data.operation === 'spmm'
    ? prepareSpmm(device, data)
    : prepareAttention(device, benchCase as AttentionCase, data);
}

function prepareSpmm(device: CudaDevice, { a, b }: SpmmData): PreparedRun {
  const resources = new DisposableList();
  const plan = resources.add(
    planSpmmOnDevice(device, { pattern: a, dtype: a.dtype, denseExtent: b.shape[1] }),
  );
  const values = resources.add(upload(device, a.values));
  const dense = resources.add(uploadDense(device, b));
  const packed = resources.add(device.allocate(plan.packedBytes));
  plan.pack(values, packed);
  const out = resources.add(emptyDense(device, [a.shape[0], b.shape[1]], a.dtype));
  device.stream.fill(out.memory, POISON, 1);
  return {
    kernel: plan.kernel,
    planMs: plan.planMs,
    run: () => timeLaunches(device, () => plan.launch({ values, packed, dense, out })),
    async result() {
      const { values: result, dtype } = await out.download();
      return convertValues(result, dtype, 'f32');
    },
    [Symbol.asyncDispose]: async () => resources.dispose(),
  };
}

function prepareAttention(device: CudaDevice, benchCase: AttentionCase, data: AttentionData): PreparedRun {
  const { batch, heads, kvHeads, headDim, dtype } = benchCase;
  const { mask } = data;
  const resources = new DisposableList();
  const problem = { batch, heads, kvHeads, headDim, dtype, layout: 'bhsd', mask } as const;
  const plan = resources.add(planAttentionOnDevice(device, problem));
  const [q, k, v] = [data.q, data.k, data.v].map(({ values }) => resources.add(upload(device, values)));
  const out = resources.add(device.allocate(data.q.values.length * BYTES_PER_ELEMENT[dtype]));
  device.stream.fill(out, POISON, 1);
  return {
    kernel: plan.kernel,
    planMs: plan.planMs,
    run: () => timeLaunches(device, () => plan.launch({ q: q!, k: k!, v: v!, out })),
    async result() {
      const values = await device.stream.download(out, allocateValues(dtype, data.q.values.length));
      return convertValues(values, dtype, 'f32');
    },
    [Symbol.asyncDispose]: async () => resources.dispose(),
  };
}

function upload(device: CudaDevice, values: Values): DeviceMemory {
  const memory = device.allocate(values.byteLength);
  if (values.byteLength > 0) device.stream.upload(memory, values);
  return memory;
}

/** Mean milliseconds of one launch. */
async function timeLaunches(device: CudaDevice, launch: () => void): Promise<number> {
  const { stream } = device;
  using start = device.createEvent();
  using end = device.createEvent();
  stream.record(start);
  for (let count = 0; count < LAUNCHES; count++) launch();
  stream.record(end);
  await stream.done();
  return end.elapsedSince(start) / LAUNCHES;
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
