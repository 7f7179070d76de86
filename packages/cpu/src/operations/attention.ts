import { allocateValues } from '@sparsek/bsr';
import type {
  AttentionInputs,
  AttentionProblem,
  AttentionResult,
  BlockMask,
  DocumentRelation,
  MaskClause,
  Plan,
  PlanOptions,
} from '@sparsek/types';
import { checkObject } from '../checks/arguments.js';
import { checkAttentionInputs, checkAttentionProblem, tensorShape } from '../checks/attention.js';
import type { NativeMask, NativePlan } from '../native/addon.js';
import { type BackendState, makePlan } from '../plan.js';

export function planAttention(
  state: BackendState,
  problem: AttentionProblem,
  options?: PlanOptions,
): Promise<Plan<AttentionInputs, AttentionResult>> {
  const begin = performance.now();
  checkObject(problem, 'problem');
  checkAttentionProblem(problem, options?.validate !== false);
  const { batch, heads, kvHeads, headDim, dtype, layout } = problem;
  const { queryLength } = problem.mask;
  const valueDim = problem.valueDim ?? headDim;
  const outputDtype = problem.outputDtype ?? dtype;
  const shape = tensorShape(problem, heads, queryLength, valueDim);
  const { addon, instructionSet } = state;
  return makePlan<NativePlan, AttentionInputs, AttentionResult>(
    state,
    {
      kernel: `attention-${instructionSet}`,
      make: (settings) =>
        addon.planAttention(
          {
            batch,
            heads,
            kvHeads,
            headDim,
            valueDim,
            dtype,
            outputDtype,
            sequenceFirst: layout === 'bshd',
            scale: problem.scale ?? 1 / Math.sqrt(headDim),
            softcap: problem.softcap ?? 0,
            mask: nativeMask(problem.mask),
          },
          settings,
        ),
      planOf: (plan) => plan,
      start: (plan, inputs, settings) => {
        checkAttentionInputs(problem, inputs);
        const length = batch * heads * queryLength;
        const values = inputs.out?.values ?? allocateValues(outputDtype, length * valueDim);
        const lse = inputs.lse === true ? allocateValues('f32', length) : undefined;
        const call = addon.runAttention(
          plan,
          {
            dtype,
            outputDtype,
            q: inputs.q.values,
            k: inputs.k.values,
            v: inputs.v.values,
            out: values,
            sinks: inputs.sinks,
            alibiSlopes: inputs.alibiSlopes,
            lse,
          },
          settings,
        );
        const o = inputs.out ?? { shape, dtype: outputDtype, values };
        return { output: lse === undefined ? { o } : { o, lse }, call };
      },
    },
    begin,
    options,
  );
}

/** Index of each relation in the addon's enumeration. */
const RELATIONS: Readonly<Record<DocumentRelation, number>> = { any: 0, same: 1, before: 2, after: 3 };

function nativeMask(mask: BlockMask): NativeMask {
  return {
    queryLength: mask.queryLength,
    keyLength: mask.keyLength,
    blockQueries: mask.blockShape[0],
    blockKeys: mask.blockShape[1],
    batches: mask.batches,
    heads: mask.heads,
    headMap: mask.headMap,
    patterns: mask.patterns.map((pattern) =>
      pattern.kind === 'regular'
        ? { stored: false, clauses: clauseNumbers(pattern.clauses) }
        : {
            stored: true,
            clauses: clauseNumbers(pattern.clauses ?? []),
            indptr: pattern.indptr,
            indices: pattern.indices,
            fill: pattern.fill,
            bitmaps: pattern.bitmaps,
          },
    ),
    documentStart: mask.documents?.start,
    documentEnd: mask.documents?.end,
  };
}

function clauseNumbers(clauses: readonly MaskClause[]): number[] {
  return clauses.flatMap(({ diagonal, rows, columns, document }) => [
    ...diagonal,
    ...rows,
    ...columns,
    RELATIONS[document],
  ]);
}
