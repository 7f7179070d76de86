import { z } from 'zod';

const size = z
  .int()
  .positive()
  .max(2 ** 31 - 1);
const density = z.number().gt(0).max(1);
const blockShape = z.tuple([size, size]);
const dtype = z.enum(['f32', 'f16', 'bf16']);

/** Where the stored blocks stand. `uniform` gives every block row the same count, `power-law` a few long rows. */
const pattern = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('uniform'), blockShape, density }),
  z.strictObject({ kind: z.literal('power-law'), blockShape, density, exponent: z.literal([0.5, 1, 2]) }),
]);

const common = {
  name: z.string().min(1),
  dtype,
  /** Seed of the values and of random patterns; every value follows from it (docs/contributing.md). */
  seed: z
    .int()
    .nonnegative()
    .max(2 ** 32 - 1),
  /**
   * What is timed: the computation alone (default), a whole call with its checks and hand-over, or making a plan and
   * disposing it.
   */
  measure: z.enum(['compute', 'call', 'plan']).optional(),
  /** false: peers leave this case out, since it would take them minutes or more memory than there is. */
  peers: z.boolean().optional(),
};

/** C = A B with A block-sparse [m, k] and B dense [k, n]. */
const spmm = z.strictObject({ ...common, operation: z.literal('spmm'), m: size, k: size, n: size, pattern });

/**
 * A SPEC of the mask language; that share of all blocks at random, the same ones or others for each head; or causal
 * attention within packed documents of these lengths.
 */
const mask = z.union([
  z.string().min(1),
  z.strictObject({ kind: z.literal('random-blocks'), density, perHead: z.boolean().optional() }),
  z.strictObject({ kind: z.literal('documents'), lengths: z.array(size).min(1) }),
]);

/** Fused attention; the mask is compiled at `blockShape`. */
const attention = z.strictObject({
  ...common,
  operation: z.literal('attention'),
  batch: size,
  heads: size,
  kvHeads: size,
  headDim: size,
  queryLength: size,
  keyLength: size,
  mask,
  blockShape,
  /** Also a random sink logit for each head. */
  sinks: z.boolean().optional(),
});

/** Dense [m, k] to BSR and back. */
const convert = z.strictObject({ ...common, operation: z.literal('convert'), m: size, k: size, pattern });

export const benchCaseSchema = z.discriminatedUnion('operation', [spmm, attention, convert]);

/** A file of cases: what `sparsek bench FILE.json` reads. */
export const suiteSchema = z.strictObject({
  name: z.string().min(1),
  description: z.string(),
  /** Also report the peak memory of every case; for cases of many megabytes, in rising order. */
  memory: z.boolean().optional(),
  /** Names of the only peers that take part, where others would answer another question. */
  peers: z.array(z.string()).optional(),
  cases: z.array(benchCaseSchema).min(1),
});

export type PatternSpec = z.infer<typeof pattern>;
export type SpmmCase = z.infer<typeof spmm>;
export type AttentionCase = z.infer<typeof attention>;
export type ConvertCase = z.infer<typeof convert>;
export type BenchCase = z.infer<typeof benchCaseSchema>;
export type Suite = z.infer<typeof suiteSchema>;
