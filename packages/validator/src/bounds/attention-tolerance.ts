import type { AttentionInputs, AttentionProblem, AttentionTensor } from '@sparsek/types';
import { FLOAT_FORMATS, unitRoundoff } from '../numeric/round.js';
import { decode } from '../numeric/values.js';
import { type AttentionReference, type AttentionRow, kvHeadOf, tokenStart } from '../reference/attention.js';
import { tokenReader } from '../reference/token-reader.js';
import { visibleKeys } from '../reference/visible.js';
import { accumulationError, roundingError } from './rounding.js';

/** Error of a hyperbolic tangent evaluated in float32. The hardware's own approximation (2^-11) is too coarse. */
const TANH_ERROR = 2 ** -20;

/** Smallest normal number of float32. */
const SMALLEST_NORMAL = 2 ** -126;

/** How far O and the log-sum-exp of correct code may be from the exact ones. */
export interface AttentionTolerance {
  /** As the reference's `o`. */
  readonly o: Float64Array;
  /** As the reference's `lse`. */
  readonly lse: Float64Array;
}

/**
 * A weight is off by its score's error and by its rounding to the input dtype, relative to itself; so an element of O
 * is off by that share of the weighted sum of |V|.
 */
export function attentionTolerance(
  problem: AttentionProblem,
  inputs: AttentionInputs,
  reference: AttentionReference,
): AttentionTolerance {
  const valueDim = problem.valueDim ?? problem.headDim;
  const outputDtype = problem.outputDtype ?? problem.dtype;
  const rows = scoreErrors(problem, inputs, reference.rows);
  const largestV = largest(inputs.v);
  const relative = rows.map(
    ({ score, keys }) =>
      2 * score + 2 * unitRoundoff(problem.dtype) + 2 * accumulationError(keys, problem.dtype),
  );
  // Weights below the smallest number of the dtype vanish, and exponentials in float32 may flush to 0 what is subnormal.
  const least = Math.max(FLOAT_FORMATS[problem.dtype].smallest, SMALLEST_NORMAL);
  const vanished = rows.map(({ keys }) => keys * least * largestV);
  const o = reference.o.map((r, e) => {
    const row = Math.floor(e / valueDim);
    return reference.spread[e]! * relative[row]! + vanished[row]! + roundingError(r, outputDtype);
  });
  const lse = reference.lse.map((r, row) => {
    const { score, keys } = rows[row]!;
    return score + accumulationError(keys, 'f32') + 4 * roundingError(r, 'f32');
  });
  return { o, lse };
}

interface RowErrors {
  /** Absolute error of the row's scores. */
  readonly score: number;
  readonly keys: number;
}

function scoreErrors(
  problem: AttentionProblem,
  inputs: AttentionInputs,
  rows: readonly AttentionRow[],
): RowErrors[] {
  const { headDim, mask, softcap } = problem;
  const scale = Math.abs(problem.scale ?? 1 / Math.sqrt(headDim));
  const q = tokenReader(inputs.q, problem.dtype);
  const k = tokenReader(inputs.k, problem.dtype);
  // Scaling, capping, adding, change of base and subtraction of the maximum round once each.
  const relative = accumulationError(headDim, problem.dtype) + 8 * unitRoundoff('f32');
  const capping = (softcap ?? 0) * TANH_ERROR;
  return rows.map((row) => {
    const sees = visibleKeys(mask, row.batch, row.head, row.query);
    const qStart = q.at(tokenStart(inputs.q, problem.layout, row.batch, row.head, row.query));
    const kvHead = kvHeadOf(problem, row.head);
    const slope = Math.abs(inputs.alibiSlopes?.[row.head] ?? 0);
    const position = row.query + mask.keyLength - mask.queryLength;
    let keys = 0;
    let score = 0;
    for (let key = 0; key < mask.keyLength; key++) {
      if (!sees(key)) continue;
      keys++;
      const kStart = k.at(tokenStart(inputs.k, problem.layout, row.batch, kvHead, key));
      let magnitude = 0;
      for (let d = 0; d < headDim; d++)
        magnitude += Math.abs(q.numbers[qStart + d]! * k.numbers[kStart + d]!);
      const linear = slope * Math.abs(position - key);
      score = Math.max(score, (scale * magnitude + linear) * relative + capping);
    }
    const sink = Math.abs(inputs.sinks?.[row.head] ?? 0);
    if (Number.isFinite(sink)) score = Math.max(score, 8 * unitRoundoff('f32') * sink);
    return { score, keys };
  });
}

/** How many values are read at a time. */
const CHUNK = 2 ** 24;

/** Words of the half types without their sign: those of infinity, which order as their numbers do below it. */
const INFINITE_WORD = { f16: 0x7c00, bf16: 0x7f80 } as const;

/** Largest finite magnitude. */
function largest({ values, dtype }: AttentionTensor): number {
  let most = 0;
  for (let begin = 0; begin < values.length; begin += CHUNK) {
    const chunk = values.subarray(begin, begin + CHUNK);
    for (let i = 0; i < chunk.length; i++) {
      const size = dtype === 'f32' ? Math.abs(chunk[i]!) : chunk[i]! & 0x7fff;
      if (size > most && size < (dtype === 'f32' ? Infinity : INFINITE_WORD[dtype])) most = size;
    }
  }
  return dtype === 'f32' ? most : decode(Uint16Array.of(most), dtype)[0]!;
}
