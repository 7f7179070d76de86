import { parseMask } from '@sparsek/attention';
import { z } from 'zod';

const size = z
  .int()
  .positive()
  .max(2 ** 31 - 1);
const density = z.number().gt(0).max(1).describe('share of all blocks that are stored or visible');
const blockShape = z.tuple([size, size]).describe('rows and columns of a block');
const dtype = z.enum(['f32', 'f16', 'bf16']);

const pattern = z
  .discriminatedUnion('kind', [
    z
      .strictObject({ kind: z.literal('uniform'), blockShape, density })
      .describe('every block row has the same count'),
    z
      .strictObject({
        kind: z.literal('power-law'),
        blockShape,
        density,
        exponent: z.literal([0.5, 1, 2]).describe('how steeply the lengths of block rows fall'),
      })
      .describe('a few long block rows and many short ones'),
  ])
  .describe('where the stored blocks stand');

/** Names stand in lines of terminals and cells of tables: no line ends, and nothing that moves a cursor or turns text. */
const name = z.string().regex(/^[^\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]{1,200}$/u, {
  error: 'Expected one line of at most 200 characters without control characters',
});

const common = {
  name: name.describe('told apart by it in reports and comparisons'),
  dtype: dtype.describe('of all operands and of the result'),
  seed: z
    .int()
    .nonnegative()
    .max(2 ** 32 - 1)
    .describe('of the values and of random patterns; every value follows from it (docs/contributing.md)'),
  measure: z
    .enum(['compute', 'call', 'launch', 'plan'])
    .optional()
    .describe(
      'what is timed: the computation alone (default); a whole call from operands in host memory, with its checks ' +
        'and the hand-over there and back; what the host takes to launch on operands that are on a GPU already; or ' +
        'making a plan and disposing it',
    ),
  peers: z
    .boolean()
    .optional()
    .describe(
      'false: peers leave this case out, since it would take them minutes or more memory than there is',
    ),
};

const spmm = z
  .strictObject({
    ...common,
    operation: z.literal('spmm'),
    m: size.describe('rows of A and C'),
    k: size.describe('columns of A, rows of B'),
    n: size.describe('columns of B and C'),
    pattern,
  })
  .describe('C = A B with A block-sparse [m, k] and B dense [k, n]');

const MASKS =
  'Expected an expression such as "causal & window:1024", or an object of kind "random-blocks" or "documents"';

const mask = z
  .union(
    [
      z.string().superRefine(refuseNoMask).describe('an expression of the mask language (docs/masks.md)'),
      z
        .strictObject({
          kind: z.literal('random-blocks'),
          density,
          perHead: z.boolean().optional().describe('other blocks for each head; default false'),
        })
        .describe('a share of all blocks at random'),
      z
        .strictObject({ kind: z.literal('documents'), lengths: z.array(size).min(1) })
        .describe('causal attention within packed documents of these lengths'),
    ],
    { error: MASKS },
  )
  .describe('which keys a query sees');

const attention = z
  .strictObject({
    ...common,
    operation: z.literal('attention'),
    batch: size,
    heads: size.describe('of Q and O'),
    kvHeads: size.describe('of K and V; a divisor of heads'),
    headDim: size,
    queryLength: size,
    keyLength: size,
    mask,
    blockShape: blockShape.describe('queries and keys of a block of the compiled mask'),
    sinks: z.boolean().optional().describe('also a random sink logit for each head; default false'),
  })
  .superRefine(({ heads, kvHeads, mask, keyLength }, context) => {
    if (heads % kvHeads !== 0) {
      const message = `Expected a multiple of kvHeads (${kvHeads}) but received ${heads}`;
      context.addIssue({ code: 'custom', path: ['heads'], message });
    }
    if (typeof mask === 'string' || mask.kind !== 'documents') return;
    const tokens = mask.lengths.reduce((sum, length) => sum + length, 0);
    if (tokens === keyLength) return;
    const message = `Expected lengths that add up to keyLength (${keyLength}) but received ${tokens} in all`;
    context.addIssue({ code: 'custom', path: ['mask', 'lengths'], message });
  })
  .describe('fused attention under a mask');

const convert = z
  .strictObject({ ...common, operation: z.literal('convert'), m: size, k: size, pattern })
  .describe('dense [m, k] to block-sparse and back');

export const benchCaseSchema = z.discriminatedUnion('operation', [spmm, attention, convert]);

/** A file of cases: what `sparsek bench FILE.json` reads. */
export const suiteSchema = z.strictObject({
  $schema: z.string().optional().describe('for editors; not read'),
  name,
  description: z.string(),
  memory: z
    .boolean()
    .optional()
    .describe('also report the peak memory of every case; for cases of many megabytes, in rising order'),
  peers: z
    .array(z.string())
    .optional()
    .describe('names of the only peers that take part, where others would answer another question'),
  cases: z.array(benchCaseSchema).min(1).superRefine(refuseSameNames).describe('no two of one name'),
});

/** A mask that cannot be read must not end a run that has begun. */
function refuseNoMask(text: string, context: z.RefinementCtx): void {
  try {
    parseMask(text);
  } catch (error) {
    const message = error instanceof Error ? error.message.split('\n', 1)[0]! : String(error);
    context.addIssue({ code: 'custom', message });
  }
}

/** Reports and comparisons tell cases apart by their names. */
function refuseSameNames(cases: readonly { readonly name: string }[], context: z.RefinementCtx): void {
  const seen = new Set<string>();
  for (const [index, { name }] of cases.entries()) {
    if (seen.has(name)) {
      const message = `Expected another name than that of an earlier case but received "${name}"`;
      context.addIssue({ code: 'custom', path: [index, 'name'], message });
    }
    seen.add(name);
  }
}

export type PatternSpec = z.infer<typeof pattern>;
export type SpmmCase = z.infer<typeof spmm>;
export type AttentionCase = z.infer<typeof attention>;
export type ConvertCase = z.infer<typeof convert>;
export type BenchCase = z.infer<typeof benchCaseSchema>;
export type Suite = z.infer<typeof suiteSchema>;
