import { BYTES_PER_ELEMENT, type SpmmProblem, type Values } from '@sparsek/types';
import { guard } from '../../errors/guard.js';
import type { DeviceMemory } from '../../memory/device-memory.js';
import { usedMemory } from '../../stream/stream.js';
import type { Scratch, Session } from '../session.js';
import type { NativePlan } from './native-plan.js';
import type { Orientation } from './orient.js';

/** A's values on the device. */
export interface PreparedValues {
  /** Blocks of P. */
  readonly values: DeviceMemory;
  /** The same as the kernel reads them; empty when it reads blocks. */
  readonly packed: DeviceMemory;
}

/** Uploads A's values, transposes the blocks where P is A's transpose, and packs them where the kernel wants it. */
export function prepareValues(
  session: Session,
  scratch: Scratch,
  problem: SpmmProblem,
  { order }: Orientation,
  native: NativePlan,
  source: Values,
): PreparedValues {
  const { binding } = session;
  const stream = session.stream();
  let values = scratch.upload(source);
  if (order !== undefined && order.length > 0) {
    const turned = scratch.allocate(values.bytes);
    const blockOrder = scratch.upload(order);
    for (const memory of [values, turned, blockOrder]) usedMemory(stream, memory, 'operand');
    guard('transpose blocks', () =>
      binding.transposeBlocks(
        stream.handle,
        values.address,
        turned.address,
        blockOrder.address,
        order.length,
        ...problem.pattern.blockShape,
        BYTES_PER_ELEMENT[problem.dtype],
      ),
    );
    values = turned;
  }
  const packed = scratch.allocate(native.packedBytes);
  if (native.packedBytes > 0) {
    guard('pack values', () => binding.packSpmm(native.plan, stream.handle, values.address, packed.address));
  }
  return { values, packed };
}
