import { given } from '@sparsek/backend';
import type { RunOptions } from '@sparsek/types';
import type { AttentionPlan } from '../run/plan-attention.js';
import { batchOf, type PackedTensor } from './packed-tensor.js';
import type { VarlenInputs } from './plan-varlen-attention.js';
import type { SequenceGroup } from './sequences.js';

/** Sequences that are one product, and its plan. */
export interface PackedPart {
  readonly group: SequenceGroup;
  readonly plan: AttentionPlan;
}

interface Target {
  readonly o: PackedTensor;
  /** `[heads, queries]`. */
  readonly lse: Float32Array | undefined;
}

/** Computes some sequences in place; returns the milliseconds. */
export async function runPart(
  { group, plan }: PackedPart,
  { q, k, v, sinks, alibiSlopes }: VarlenInputs,
  target: Target,
  options: RunOptions,
): Promise<number> {
  const { count, queryBegin, queryLength, keyBegin, keyLength } = group;
  const { output, computeMs } = await plan.run(
    {
      q: batchOf(q, queryBegin, count, queryLength),
      k: batchOf(k, keyBegin, count, keyLength),
      v: batchOf(v, keyBegin, count, keyLength),
      out: batchOf(target.o, queryBegin, count, queryLength),
      lse: target.lse !== undefined,
      ...given({ sinks, alibiSlopes }),
    },
    options,
  );
  if (target.lse && output.lse) placeLse(output.lse, target.lse, group, target.o.shape);
  return computeMs;
}

/** From `[count, heads, queryLength]` into `[heads, queries]`. */
function placeLse(
  from: Float32Array,
  to: Float32Array,
  { count, queryBegin, queryLength }: SequenceGroup,
  [queries, heads]: PackedTensor['shape'],
): void {
  for (let sequence = 0; sequence < count; sequence++) {
    for (let head = 0; head < heads; head++) {
      const begin = (sequence * heads + head) * queryLength;
      to.set(from.subarray(begin, begin + queryLength), head * queries + queryBegin + sequence * queryLength);
    }
  }
}
