import { checkPattern } from '@sparsek/bsr';
import { checkChoice, checkDtype, checkExtent } from '@sparsek/bsr/problem';
import {
  type Activation,
  type BsrPattern,
  BYTES_PER_ELEMENT,
  type Dtype,
  InvalidArgumentError,
  type Precision,
  type Shape,
} from '@sparsek/types';
import { tuneSpmm } from '../autotune/spmm.js';
import { ACTIVATION_CODE, ELEMENT_CODE } from '../backend/codes.js';
import { createLifetime, createSession } from '../backend/session.js';
import { createNativePlans } from '../backend/spmm/native-plan.js';
import { requireSupport } from '../backend/support.js';
import type { CudaDevice } from '../device/device.js';
import { deviceState, streamState } from '../device/state.js';
import { guard } from '../errors/guard.js';
import type { DeviceMemory } from '../memory/device-memory.js';
import { type CudaStream, usedMemory } from '../stream/stream.js';
import type { DeviceDense } from '../tensor/dense.js';

export interface DeviceSpmmProblem {
  /** Of A, [M, K], in host memory; `DeviceBsr` has it too. */
  readonly pattern: BsrPattern;
  /** Of A and B. */
  readonly dtype: Dtype;
  /** N: columns of B and C. */
  readonly denseExtent: number;
  /** B is given by its transpose, [N, K] in row order. Default false. */
  readonly transposedDense?: boolean;
  /** Whether float32 inputs may be rounded to tf32. Default `exact`. */
  readonly precision?: Precision;
  /** What `tuneSpmmOnDevice` gave for this problem. Default: what the cost model chooses. */
  readonly candidate?: string;
  /** Check the pattern. Default true; with false, a malformed one gives undefined results. */
  readonly validate?: boolean;
}

export interface DeviceSpmmOperands {
  /** A's blocks in the pattern's order. */
  readonly values: DeviceMemory;
  /** What `pack` made of the same values; absent: they are packed in every launch of a kernel that wants it. */
  readonly packed?: DeviceMemory;
  /** B, [K, N], or its transpose. */
  readonly dense: DeviceDense;
  /** C, [M, N]: read when beta is not 0, then written. Must not overlap the other operands. */
  readonly out: DeviceDense;
  /** Default 1. */
  readonly alpha?: number;
  /** Default 0. */
  readonly beta?: number;
  /** M float32 values. */
  readonly bias?: DeviceMemory;
  /** Default `none`. */
  readonly activation?: Activation;
}

/** A plan of C = activation(alpha * A B + beta * C + bias) on operands in device memory. */
export interface DeviceSpmmPlan extends Disposable {
  readonly kernel: string;
  readonly planMs: number;
  /**
   * Bytes between the L2 cache and the multiprocessors in one run: every tile reads its operands anew, so that they are many
   * times those of the operands. 0 where the kernel does not tell.
   */
  readonly l2Traffic: number;
  /** Bytes of packed values; 0 when the kernel reads the blocks themselves. */
  readonly packedBytes: number;
  /** Writes A's values as the kernel reads them to memory of `packedBytes`. */
  pack(values: DeviceMemory, packed: DeviceMemory, stream?: CudaStream): void;
  /** Gives the product to the stream and returns; can be captured in a graph. */
  launch(operands: DeviceSpmmOperands, stream?: CudaStream): void;
}

/**
 * Measures the plans that could do a product, with random values in memory of its own, and gives the name of the fastest
 * for `planSpmmOnDevice`. The answer is remembered for later processes, in the folder that SPARSEK_CACHE names or in
 * `sparsek` in the user's cache folder.
 *
 * @throws InvalidMatrixError, UnsupportedOperationError, OutOfMemoryError
 */
export async function tuneSpmmOnDevice(
  device: CudaDevice,
  problem: Omit<DeviceSpmmProblem, 'candidate'>,
  options: { readonly signal?: AbortSignal } = {},
): Promise<string> {
  checkProblem(device, problem);
  const { pattern, dtype, denseExtent, transposedDense: columnMajor = false, precision } = problem;
  const product = { pattern, dtype, denseExtent, columnMajor, precision };
  return tuneSpmm(createSession(device), product, options.signal);
}

function checkProblem(
  device: CudaDevice,
  { pattern, dtype, denseExtent, precision = 'exact', validate }: DeviceSpmmProblem,
): void {
  checkDtype(dtype, 'dtype');
  checkExtent(denseExtent, 'denseExtent');
  checkChoice(precision, ['exact', 'tf32'], 'precision');
  if (validate !== false) checkPattern(pattern, 'pattern');
  requireSupport(device.info, 'spmm', dtype);
}

/**
 * Plans a product of matrices that stay on the device.
 *
 * @throws InvalidMatrixError for a malformed pattern, unless `validate` is false.
 * @throws UnsupportedOperationError where `CudaBackend.supports` denies spmm for the dtype.
 */
export function planSpmmOnDevice(device: CudaDevice, problem: DeviceSpmmProblem): DeviceSpmmPlan {
  const start = performance.now();
  const { pattern, dtype, denseExtent, transposedDense = false, precision } = problem;
  const { binding } = deviceState(device);
  checkProblem(device, problem);
  const tuned =
    problem.candidate === undefined
      ? undefined
      : { columnMajor: transposedDense, candidate: problem.candidate };
  const plans = createNativePlans(createSession(device), { pattern, dtype, denseExtent, precision }, tuned);
  const { plan, kernel, l2Traffic, packedBytes } = plans.planFor(transposedDense);
  const [m, k] = pattern.shape;
  const denseShape: Shape = transposedDense ? [denseExtent, k] : [k, denseExtent];
  const valueBytes =
    pattern.indices.length * pattern.blockShape[0] * pattern.blockShape[1] * BYTES_PER_ELEMENT[dtype];
  const lifetime = createLifetime('The spmm plan');

  function pack(values: DeviceMemory, packed: DeviceMemory, on: CudaStream = device.stream): void {
    lifetime.check();
    const stream = streamState(on);
    requireBytes('values', values, valueBytes);
    requireBytes('packed', packed, packedBytes);
    if (packedBytes === 0) return;
    const [from, to] = [usedMemory(stream, values, 'values'), usedMemory(stream, packed, 'packed')];
    guard('pack values', () => binding.packSpmm(plan, stream.handle, from.address, to.address));
  }

  function launch(operands: DeviceSpmmOperands, on: CudaStream = device.stream): void {
    lifetime.check();
    const stream = streamState(on);
    const { values, dense, out, bias, alpha = 1, beta = 0, activation = 'none' } = operands;
    requireBytes('values', values, valueBytes);
    requireDense('dense', dense, denseShape, dtype);
    requireDense('out', out, [m, denseExtent], out.dtype);
    if (bias) requireBytes('bias', bias, 4 * m);
    checkChoice(activation, Object.keys(ACTIVATION_CODE), 'activation');
    if (m * denseExtent === 0) return;
    using own =
      operands.packed === undefined && packedBytes > 0 ? device.allocate(packedBytes, on) : undefined;
    const packed = own ?? operands.packed ?? values;
    if (own) pack(values, own, on);
    else if (operands.packed) requireBytes('packed', packed, packedBytes);
    const address = (memory: DeviceMemory, name: string) => usedMemory(stream, memory, name).address;
    const c = address(out.memory, 'out');
    guard('spmm', () =>
      binding.runSpmm(
        plan,
        stream.handle,
        address(values, 'values'),
        address(packed, 'packed'),
        address(dense.memory, 'dense'),
        c,
        beta !== 0 ? c : 0n,
        bias ? address(bias, 'bias') : 0n,
        dense.leadingDimension,
        out.leadingDimension,
        ELEMENT_CODE[out.dtype],
        false,
        alpha,
        beta,
        ACTIVATION_CODE[activation],
      ),
    );
  }

  return Object.freeze({
    kernel,
    planMs: performance.now() - start,
    l2Traffic,
    packedBytes,
    pack,
    launch,
    [Symbol.dispose]() {
      lifetime.end();
      plans[Symbol.dispose]();
    },
  });
}

function requireBytes(name: string, memory: DeviceMemory, bytes: number): void {
  if (memory.bytes !== bytes) throw new InvalidArgumentError(name, `${bytes} bytes`, memory.bytes);
}

function requireDense(name: string, matrix: DeviceDense, shape: Shape, dtype: Dtype): void {
  if (matrix.shape[0] !== shape[0] || matrix.shape[1] !== shape[1]) {
    throw new InvalidArgumentError(`${name}.shape`, `[${shape.join(', ')}]`, matrix.shape);
  }
  if (matrix.dtype !== dtype) throw new InvalidArgumentError(`${name}.dtype`, `'${dtype}'`, matrix.dtype);
}
