import { type BsrPattern, BYTES_PER_ELEMENT, type Dtype, type Precision } from '@sparsek/types';
import { ELEMENT_CODE } from '../backend/codes.js';
import { portableWanted } from '../backend/kernel-choice.js';
import { createScratch, type Scratch, type Session } from '../backend/session.js';
import { driverVersion } from '../driver/driver.js';
import { guard } from '../errors/guard.js';
import { kernelsFingerprint } from '../kernels/find.js';
import type { DeviceMemory } from '../memory/device-memory.js';
import type { NativeSpmm } from '../native/binding.js';
import { profilerRange } from '../profiler/range.js';
import { usedMemory } from '../stream/stream.js';
import { type Contender, race } from './measure.js';
import { randomBits } from './random-bits.js';
import { readRecord, type TuningKey, writeRecord } from './store.js';

/** What the cost model chooses. */
export const MODEL = 'model';
/** The kernel for all GPUs. */
export const PORTABLE = 'portable';

/** Another candidate must be faster than the model's by this to be taken: readings differ by about a percent. */
const GAIN = 0.98;

export interface SpmmTuning {
  readonly pattern: BsrPattern;
  readonly dtype: Dtype;
  readonly denseExtent: number;
  /** How the dense matrix lies. */
  readonly columnMajor: boolean;
  /** Default `exact`. */
  readonly precision?: Precision | undefined;
}

/** The arguments of the addon's planner. */
export function nativeSpmm({ pattern, dtype, denseExtent, columnMajor, precision }: SpmmTuning): NativeSpmm {
  const { shape, blockShape, indptr, indices } = pattern;
  const tf32 = precision === 'tf32';
  return [...shape, ...blockShape, indptr, indices, ELEMENT_CODE[dtype], denseExtent, 1, columnMajor, tf32];
}

/**
 * Name of the fastest plan of a product: remembered from an earlier process on such a GPU, or measured now with random
 * values and then remembered. Products of one class, of about the same sizes, density and evenness, share a record.
 */
export async function tuneSpmm(session: Session, product: SpmmTuning, signal?: AbortSignal): Promise<string> {
  const { pattern, denseExtent } = product;
  // Plans take no other then, whatever a measurement says.
  if (portableWanted()) return PORTABLE;
  if (pattern.indices.length === 0 || denseExtent === 0) return MODEL;
  const names = session.binding.spmmCandidateNames();
  const key = keyOf(session, product, names);
  const known = readRecord(key)?.candidate;
  if (known !== undefined && names.includes(known)) return known;
  using _range = profilerRange('sparsek.spmm.tune');
  const times = await measure(session, product, signal);
  const [best] = [...times].reduce((x, y) => (y[1] < x[1] ? y : x));
  const usual = times.get(MODEL);
  const candidate = usual !== undefined && times.get(best)! > GAIN * usual ? MODEL : best;
  writeRecord(key, { candidate, measured: Object.fromEntries(times) });
  return candidate;
}

async function measure(session: Session, product: SpmmTuning, signal?: AbortSignal) {
  const { binding } = session;
  const { pattern, dtype, denseExtent, columnMajor } = product;
  const stream = session.planningStream();
  const problem = nativeSpmm(product);
  const plans = guard('plan spmm', () =>
    binding.spmmCandidates(stream.handle, ...problem).map((name) => ({
      name,
      ...binding.planSpmm(stream.handle, ...problem, name),
    })),
  );
  using scratch = createScratch(session);
  try {
    const width = BYTES_PER_ELEMENT[dtype];
    const [rows, inner] = pattern.shape;
    const [lines, length] = columnMajor ? [denseExtent, inner] : [inner, denseExtent];
    // Lines that every kernel can read, as operands of the backend are.
    const leading = Math.ceil(length / 8) * 8;
    const [blockRows, blockColumns] = pattern.blockShape;
    const random = (elements: number) => fillRandom(session, scratch, dtype, elements * width);
    const values = random(pattern.indices.length * blockRows * blockColumns);
    const dense = random(lines * leading);
    const out = scratch.allocate(rows * denseExtent * width);
    const contenders = plans.map(({ name, plan, packedBytes }): Contender => {
      const packed = scratch.allocate(packedBytes);
      guard('pack values', () => binding.packSpmm(plan, stream.handle, values.address, packed.address));
      const launch = () => {
        for (const memory of [values, packed, dense, out]) usedMemory(stream, memory, 'operand');
        guard('spmm', () =>
          binding.runSpmm(
            plan,
            stream.handle,
            values.address,
            packed.address,
            dense.address,
            out.address,
            0n,
            0n,
            leading,
            denseExtent,
            ELEMENT_CODE[dtype],
            false,
            1,
            0,
            0,
          ),
        );
      };
      return { name, launch };
    });
    return await race(session, contenders, signal);
  } finally {
    for (const { plan } of plans) binding.dropSpmmPlan(plan);
  }
}

/** Device memory full of numbers of magnitude 1 to 2: what a chip's power draw, and so its clock, is like in earnest. */
function fillRandom({ device }: Session, scratch: Scratch, dtype: Dtype, bytes: number): DeviceMemory {
  const memory = scratch.allocate(bytes);
  const bits = randomBits(dtype, Math.min(bytes, 1 << 20));
  device.stream.upload(memory.view(0, bits.byteLength), bits);
  for (let filled = bits.byteLength; filled < bytes; filled *= 2) {
    const more = Math.min(filled, bytes - filled);
    device.stream.copy(memory.view(filled, more), memory.view(0, more));
  }
  return memory;
}

/** Everything that a choice depends on, sizes by class. */
function keyOf(
  { device }: Session,
  { pattern, dtype, denseExtent, columnMajor, precision = 'exact' }: SpmmTuning,
  candidates: readonly string[],
): TuningKey {
  const { shape, blockShape, indptr, indices } = pattern;
  const blockRows = indptr.length - 1;
  let longest = 0;
  for (let row = 0; row < blockRows; row += 1) longest = Math.max(longest, indptr[row + 1]! - indptr[row]!);
  const blockColumns = Math.ceil(shape[1] / blockShape[1]);
  return {
    operation: 'spmm',
    device: device.info.name,
    driver: driverVersion(),
    kernels: kernelsFingerprint(),
    candidates,
    dtype,
    blockShape: blockShape.join('x'),
    columnMajor,
    precision,
    rows: sizeClass(shape[0]),
    inner: sizeClass(shape[1]),
    columns: sizeClass(denseExtent),
    density: sizeClass((blockRows * blockColumns) / indices.length),
    evenness: sizeClass((longest * blockRows) / indices.length),
  };
}

/** Half powers of two. */
const sizeClass = (size: number) => Math.round(2 * Math.log2(Math.max(1, size)));
