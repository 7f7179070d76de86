import { checkAttentionProblem } from '@sparsek/bsr/problem';
import { type AttentionProblem, BYTES_PER_ELEMENT, InvalidArgumentError } from '@sparsek/types';
import { createNativePlans } from '../backend/attention/native-plan.js';
import { tensorView } from '../backend/attention/tensor-view.js';
import { createLifetime, createSession } from '../backend/session.js';
import { requireSupport } from '../backend/support.js';
import type { CudaDevice } from '../device/device.js';
import { deviceState, streamState } from '../device/state.js';
import { guard } from '../errors/guard.js';
import type { DeviceMemory } from '../memory/device-memory.js';
import { type CudaStream, usedMemory } from '../stream/stream.js';

export interface DeviceAttentionProblem extends AttentionProblem {
  /** Check the mask. Default true; with false, a malformed one gives undefined results. */
  readonly validate?: boolean;
}

/** Packed tensors in the problem's layout, in device memory; O in its output dtype. */
export interface DeviceAttentionOperands {
  readonly q: DeviceMemory;
  readonly k: DeviceMemory;
  readonly v: DeviceMemory;
  /** Written. Must not overlap the other operands. */
  readonly out: DeviceMemory;
  /** Written: float32 `[batch, heads, queryLength]`. */
  readonly lse?: DeviceMemory;
  /** One float32 a query head, as in `AttentionInputs`. */
  readonly sinks?: DeviceMemory;
  readonly alibiSlopes?: DeviceMemory;
}

/**
 * A plan of attention on operands in device memory. Its launches may run at the same time on several streams; a graph that
 * holds some must not be replayed while it still runs. In the half types, infinities and NaN in V spread to every query of a
 * block that they are hidden in. Widths that are no multiple of 8 are right but slow.
 */
export interface DeviceAttentionPlan extends Disposable {
  readonly kernel: string;
  readonly planMs: number;
  /**
   * Bytes between the L2 cache and the multiprocessors in one run: every tile of queries reads the
   * keys and values that it sees. 0 where the kernel does not tell.
   */
  readonly l2Traffic: number;
  /** Gives the work to the stream and returns; can be captured in a graph. */
  launch(operands: DeviceAttentionOperands, stream?: CudaStream): void;
}

/**
 * Plans attention on tensors that stay on the device.
 *
 * @throws InvalidArgumentError or InvalidMaskError for a malformed problem.
 * @throws UnsupportedOperationError where `CudaBackend.supports` denies attention for the dtype, and for head dimensions
 *   above 256.
 */
export function planAttentionOnDevice(
  device: CudaDevice,
  problem: DeviceAttentionProblem,
): DeviceAttentionPlan {
  const start = performance.now();
  const { binding } = deviceState(device);
  checkAttentionProblem(problem, problem.validate !== false);
  requireSupport(device.info, 'attention', problem.dtype);
  const { batch, heads, kvHeads, headDim, valueDim = headDim, dtype, outputDtype = dtype, mask } = problem;
  const plans = createNativePlans(createSession(device), problem);
  const { kernel, l2Traffic } = plans.planFor(false);
  const lifetime = createLifetime('The attention plan');
  const rows = batch * heads * mask.queryLength;
  const keyBytes = batch * kvHeads * mask.keyLength * BYTES_PER_ELEMENT[dtype];

  function launch(operands: DeviceAttentionOperands, on: CudaStream = device.stream): void {
    lifetime.check();
    const stream = streamState(on);
    const expected = {
      q: rows * headDim * BYTES_PER_ELEMENT[dtype],
      k: keyBytes * headDim,
      v: keyBytes * valueDim,
      out: rows * valueDim * BYTES_PER_ELEMENT[outputDtype],
      lse: 4 * rows,
      sinks: 4 * heads,
      alibiSlopes: 4 * heads,
    };
    const address = (name: keyof typeof expected): bigint => {
      const memory = operands[name];
      if (memory === undefined) return 0n;
      if (memory.bytes !== expected[name]) {
        throw new InvalidArgumentError(name, `${expected[name]} bytes`, memory.bytes);
      }
      return usedMemory(stream, memory, name).address;
    };
    const view = (name: 'q' | 'k' | 'v' | 'out') => operandView(address(name), name, problem);
    const [q, k, v, out] = [view('q'), view('k'), view('v'), view('out')];
    const [lse, sinks, slopes] = [address('lse'), address('sinks'), address('alibiSlopes')];
    if (rows === 0) return;
    const { plan } = plans.planFor(operands.alibiSlopes !== undefined);
    guard('attention', () =>
      binding.runAttention(plan, stream.handle, ...q, ...k, ...v, ...out, lse, sinks, slopes),
    );
  }

  return Object.freeze({
    kernel,
    planMs: performance.now() - start,
    l2Traffic,
    launch,
    [Symbol.dispose]() {
      lifetime.end();
      plans[Symbol.dispose]();
    },
  });
}

function operandView(
  address: bigint,
  name: 'q' | 'k' | 'v' | 'out',
  { heads, kvHeads, headDim, valueDim = headDim, layout, mask }: DeviceAttentionProblem,
): ReturnType<typeof tensorView> {
  const dim = name === 'q' || name === 'k' ? headDim : valueDim;
  return name === 'q' || name === 'out'
    ? tensorView(layout, address, heads, mask.queryLength, dim)
    : tensorView(layout, address, kvHeads, mask.keyLength, dim);
}
