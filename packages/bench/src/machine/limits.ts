import { allocateValues, normalValues, randomPattern } from '@sparsek/bsr';
import type { Backend, Dtype, Values } from '@sparsek/types';
import type { MachineLimits } from '../report/schema.js';
import { isCudaBackend } from '../runner/device-runs.js';
import { measureDeviceLimits } from './device-limits.js';

/** Sizes of the two products: bytes far beyond the caches, and work that keeps every unit busy. */
interface Sizes {
  /** A of the bandwidth product is this size squared. */
  readonly memory: number;
  /** The arithmetic product is this size cubed. */
  readonly arithmetic: number;
  readonly block: number;
}

const CPU: Sizes = { memory: 8192, arithmetic: 1536, block: 64 };
const GPU: Sizes = { memory: 16384, arithmetic: 8192, block: 128 };

const REPEATS = 5;

/** Different values in one operand; a prime, so that rows do not repeat each other. */
const DRAWN = 65_521;

/**
 * Measures what the machine behind a backend can do at most. On a Hopper GPU by kernels that use one unit each. Elsewhere
 * with products that store every block: bandwidth by a product with one column, which reads all of A once, and
 * arithmetic by a cube. On the CPU a plain copy of memory is measured too and the faster of the two counts. These limits
 * are those of this library's dense kernels; a roofline drawn from them says what sparsity costs, not what another
 * library could reach.
 *
 * @param detail - Also the building blocks that no roofline needs: tensor copies and matrix instructions by shape.
 * @param sizes - For tests; the default is chosen by the backend.
 * @throws the signal's reason once it is aborted.
 */
export async function measureLimits(
  backend: Backend,
  dtypes: readonly Dtype[],
  options: { readonly signal?: AbortSignal; readonly detail?: boolean; readonly sizes?: Sizes } = {},
): Promise<MachineLimits> {
  const { signal, sizes = backend.name === 'cuda' ? GPU : CPU } = options;
  if (isCudaBackend(backend) && backend.cudaDevice.info.computeCapability === '9.0') {
    return measureDeviceLimits(backend.cudaDevice, dtypes, options);
  }
  const supported = [...new Set(dtypes)].filter((dtype) => backend.supports('spmm', dtype));
  const arithmetic: MachineLimits['arithmetic'] = [];
  for (const dtype of supported) {
    const { ms, kernel } = await timeDense(
      backend,
      sizes.arithmetic,
      sizes.arithmetic,
      sizes.block,
      dtype,
      signal,
    );
    arithmetic.push({ dtype, flopsPerSecond: (2 * sizes.arithmetic ** 3) / (ms / 1000), kernel });
  }
  return { ...(await measureBandwidth(backend, sizes, supported[0], signal)), arithmetic };
}

async function measureBandwidth(
  backend: Backend,
  sizes: Sizes,
  dtype: Dtype | undefined,
  signal: AbortSignal | undefined,
): Promise<Pick<MachineLimits, 'bytesPerSecond' | 'bandwidthKernel' | 'bandwidths'>> {
  const bandwidths: { what: string; bytesPerSecond: number }[] = [];
  if (backend.name !== 'cuda') {
    bandwidths.push({ what: 'memory copy', bytesPerSecond: copyRate(sizes.memory ** 2) });
  }
  if (dtype !== undefined) {
    const { ms, kernel, bytes } = await timeDense(backend, sizes.memory, 1, sizes.block, dtype, signal);
    bandwidths.push({ what: `product with one column, ${kernel}`, bytesPerSecond: bytes / (ms / 1000) });
  }
  const best = bandwidths.reduce((a, b) => (b.bytesPerSecond > a.bytesPerSecond ? b : a));
  return { bytesPerSecond: best.bytesPerSecond, bandwidthKernel: best.what, bandwidths };
}

/** Bytes read and written a second by a copy of `bytes` bytes. */
function copyRate(bytes: number): number {
  const source = new Uint8Array(bytes).fill(1);
  const target = new Uint8Array(bytes);
  let best = Number.POSITIVE_INFINITY;
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const start = performance.now();
    target.set(source);
    best = Math.min(best, performance.now() - start);
  }
  return (2 * bytes) / (best / 1000);
}

/** Fastest of a few runs of a product with every block stored. */
async function timeDense(
  backend: Backend,
  size: number,
  columns: number,
  block: number,
  dtype: Dtype,
  signal: AbortSignal | undefined,
): Promise<{ ms: number; kernel: string; bytes: number }> {
  const pattern = randomPattern({ shape: [size, size], blockShape: [block, block], density: 1, seed: 1 });
  const values = repeatedValues(size ** 2, dtype);
  const dense = { shape: [size, columns] as const, dtype, values: repeatedValues(size * columns, dtype) };
  using plan = await backend.planSpmm({ pattern, dtype, denseExtent: columns });
  let ms = Number.POSITIVE_INFINITY;
  for (let repeat = 0; repeat <= REPEATS; repeat++) {
    const { computeMs } = await plan.run({ values, dense }, signal ? { signal } : {});
    ms = Math.min(ms, computeMs);
  }
  return { ms, kernel: plan.kernel, bytes: values.byteLength };
}

/** Random numbers, repeated: drawing all of them would take longer than measuring. */
function repeatedValues(count: number, dtype: Dtype): Values {
  const drawn = normalValues<Dtype>(Math.min(count, DRAWN), { seed: 1, dtype });
  const values = allocateValues(dtype, count);
  for (let begin = 0; begin < count; begin += DRAWN) {
    values.set(drawn.subarray(0, Math.min(DRAWN, count - begin)), begin);
  }
  return values;
}
