import { allocateValues } from '@sparsek/bsr';
import { attentionShape, checkAttentionInputs, checkAttentionProblem } from '@sparsek/bsr/problem';
import {
  type AttentionInputs,
  type AttentionProblem,
  type AttentionResult,
  type BlockMask,
  type DocumentRelation,
  InvalidArgumentError,
  type MaskClause,
  type Plan,
  type PlanOptions,
} from '@sparsek/types';
import { checkMemory } from '../checks/memory.js';
import type { NativeMask, NativePlan } from '../native/addon.js';
import { type BackendState, makePlan } from '../plan.js';

/** Widest head that the kernels take. */
const MOST_DIM = 2 ** 20;

export function planAttention(
  state: BackendState,
  problem: AttentionProblem,
  options?: PlanOptions,
): Promise<Plan<AttentionInputs, AttentionResult>> {
  const begin = performance.now();
  checkAttentionProblem(problem, options?.validate !== false);
  const { batch, heads, kvHeads, headDim, dtype, layout } = problem;
  const { queryLength } = problem.mask;
  const valueDim = problem.valueDim ?? headDim;
  checkDim(headDim, 'headDim');
  checkDim(valueDim, 'valueDim');
  const outputDtype = problem.outputDtype ?? dtype;
  const shape = attentionShape(problem, heads, queryLength, valueDim);
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
        const { q, k, v, sinks, alibiSlopes, out } = inputs;
        checkMemory({ q, k, v, sinks, alibiSlopes }, out);
        const length = batch * heads * queryLength;
        const values = out?.values ?? allocateValues(outputDtype, length * valueDim);
        const lse = inputs.lse === true ? allocateValues('f32', length) : undefined;
        const call = addon.runAttention(
          plan,
          {
            dtype,
            outputDtype,
            q: q.values,
            k: k.values,
            v: v.values,
            out: values,
            sinks,
            alibiSlopes,
            lse,
          },
          settings,
        );
        const o = out ?? { shape, dtype: outputDtype, values };
        return { output: lse === undefined ? { o } : { o, lse }, call };
      },
    },
    begin,
    options,
  );
}

function checkDim(dim: number, name: string): void {
  if (dim > MOST_DIM) throw new InvalidArgumentError(name, `at most ${MOST_DIM}`, dim);
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
