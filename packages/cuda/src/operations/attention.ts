import { checkAttentionProblem } from '@sparsek/bsr/problem';
import {
  type AttentionLayout,
  type AttentionProblem,
  BYTES_PER_ELEMENT,
  InvalidArgumentError,
  UnsupportedOperationError,
} from '@sparsek/types';
import { createNativePlans } from '../backend/attention/native-plan.js';
import { kernelDim, tensorView } from '../backend/attention/stage.js';
import { createLifetime, createSession } from '../backend/session.js';
import { requireSupport } from '../backend/support.js';
import type { CudaDevice } from '../device/device.js';
import { deviceState, streamState } from '../device/state.js';
import { guard } from '../errors/guard.js';
import type { DeviceMemory } from '../memory/device-memory.js';
import { type CudaStream, usedMemory } from '../stream/stream.js';

export interface DeviceAttentionProblem extends Omit<AttentionProblem, 'outputDtype' | 'valueDim'> {
  /** Check the mask. Default true; with false, a malformed one gives undefined results. */
  readonly validate?: boolean;
}

/** Packed tensors in the problem's layout and dtype, in device memory. */
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
 * A plan of attention on operands in device memory. Launches of one plan must follow each other, on one stream or ordered
 * by events: they share a counter. Infinities and NaN in V spread to every query of a block that they are hidden in.
 */
export interface DeviceAttentionPlan extends Disposable {
  readonly kernel: string;
  readonly planMs: number;
  /** Gives the work to the stream and returns; can be captured in a graph. */
  launch(operands: DeviceAttentionOperands, stream?: CudaStream): void;
}

/**
 * Plans attention on tensors that stay on the device.
 *
 * @throws InvalidArgumentError or InvalidMaskError for a malformed problem.
 * @throws UnsupportedOperationError where `CudaBackend.supports` denies attention for the dtype, and for head dimensions
 *   above 256 or that are no multiple of 8.
 */
export function planAttentionOnDevice(
  device: CudaDevice,
  problem: DeviceAttentionProblem,
): DeviceAttentionPlan {
  const start = performance.now();
  const { binding } = deviceState(device);
  checkAttentionProblem(problem, problem.validate !== false);
  requireSupport(device.info, 'attention', problem.dtype);
  const { batch, heads, kvHeads, headDim, dtype, layout, mask } = problem;
  if (kernelDim(headDim, headDim) !== headDim) {
    throw new UnsupportedOperationError(
      `attention: Expected a multiple of 8 for headDim on the device but received ${headDim}`,
    );
  }
  const plans = createNativePlans(createSession(device), problem, headDim);
  const { kernel } = plans.planFor(false);
  const lifetime = createLifetime('The attention plan');
  const rows = batch * heads * mask.queryLength;
  const queryBytes = rows * headDim * BYTES_PER_ELEMENT[dtype];
  const keyBytes = batch * kvHeads * mask.keyLength * headDim * BYTES_PER_ELEMENT[dtype];

  function launch(operands: DeviceAttentionOperands, on: CudaStream = device.stream): void {
    lifetime.check();
    const stream = streamState(on);
    const expected = {
      q: queryBytes,
      k: keyBytes,
      v: keyBytes,
      out: queryBytes,
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
    const view = (name: 'q' | 'k' | 'v' | 'out') => operandView(layout, address(name), name, problem);
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
    launch,
    [Symbol.dispose]() {
      lifetime.end();
      plans[Symbol.dispose]();
    },
  });
}

function operandView(
  layout: AttentionLayout,
  address: bigint,
  name: 'q' | 'k' | 'v' | 'out',
  { heads, kvHeads, headDim, mask }: DeviceAttentionProblem,
): ReturnType<typeof tensorView> {
  return name === 'q' || name === 'out'
    ? tensorView(layout, address, heads, mask.queryLength, headDim)
    : tensorView(layout, address, kvHeads, mask.keyLength, headDim);
}
