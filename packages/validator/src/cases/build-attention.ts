import { attentionShape } from '@sparsek/bsr/problem';
import type {
  AttentionInputs,
  AttentionProblem,
  AttentionTensor,
  BlockMask,
  MaskClause,
  MaskDocuments,
  MaskPattern,
} from '@sparsek/types';
import { tokenStart } from '../reference/attention.js';
import { type Built, pick } from './build-matmul.js';
import {
  type AttentionCase,
  type ClauseSpec,
  type MaskPatternSpec,
  type MaskSpec,
  VALUE_STREAMS,
} from './case.js';
import { type Guarded, guardedInput } from './guarded.js';
import { drawNumbers } from './values.js';

export function buildAttention(
  testCase: AttentionCase,
): Built<AttentionProblem, Omit<AttentionInputs, 'out'>> {
  const { heads, kvHeads, headDim, seed } = testCase;
  const mask = buildMask(testCase.mask);
  const q = buildTensor(testCase, 'q', heads, mask.queryLength, headDim);
  const k = buildTensor(testCase, 'k', kvHeads, mask.keyLength, headDim);
  const v = buildTensor(testCase, 'v', kvHeads, mask.keyLength, testCase.valueDim ?? headDim);
  const guards = [q.guard, k.guard, v.guard];
  let sinks: Float32Array | undefined;
  if (testCase.sinks !== undefined) {
    const guard = guardedInput(drawNumbers(heads, testCase.sinks, seed, VALUE_STREAMS.sinks), 'f32', 'sinks');
    guards.push(guard);
    sinks = guard.values as Float32Array;
  }
  const alibiSlopes = testCase.alibiSlopes && Float32Array.from(testCase.alibiSlopes);
  return {
    problem: {
      ...pick(testCase, [
        'batch',
        'heads',
        'kvHeads',
        'headDim',
        'valueDim',
        'dtype',
        'outputDtype',
        'layout',
      ]),
      ...pick(testCase, ['scale', 'softcap']),
      mask,
    },
    inputs: {
      q: q.tensor,
      k: k.tensor,
      v: v.tensor,
      lse: testCase.lse,
      ...(sinks && { sinks }),
      ...(alibiSlopes && { alibiSlopes }),
    },
    guards,
  };
}

export function buildMask(spec: MaskSpec): BlockMask {
  const { documents, ...rest } = spec;
  return {
    ...rest,
    patterns: spec.patterns.map(buildMaskPattern),
    headMap: Int32Array.from(spec.headMap),
    ...(documents && { documents: buildDocuments(documents) }),
  };
}

/** Draws in the order of the axes `[batch, heads, seq, dim]`, laid out as the case says. */
function buildTensor(
  testCase: AttentionCase,
  name: 'q' | 'k' | 'v',
  heads: number,
  length: number,
  dim: number,
): { tensor: AttentionTensor; guard: Guarded } {
  const { batch, dtype, layout, seed } = testCase;
  const shape = attentionShape(testCase, heads, length, dim);
  const drawn = drawNumbers(batch * heads * length * dim, testCase[name], seed, VALUE_STREAMS[name]);
  const laidOut = new Float64Array(drawn.length);
  let n = 0;
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      for (let t = 0; t < length; t++, n += dim) {
        laidOut.set(drawn.subarray(n, n + dim), tokenStart({ shape }, layout, b, h, t));
      }
    }
  }
  const guard = guardedInput(laidOut, dtype, name);
  return { tensor: { shape, dtype, values: guard.values }, guard };
}

function buildMaskPattern(spec: MaskPatternSpec): MaskPattern {
  if (spec.kind === 'regular') return { kind: 'regular', clauses: spec.clauses.map(buildClause) };
  const { fill, clauses, bitmaps } = spec;
  return {
    kind: 'stored',
    indptr: Int32Array.from(spec.indptr),
    indices: Int32Array.from(spec.indices),
    ...(fill && { fill: Int32Array.from(fill) }),
    ...(clauses && { clauses: clauses.map(buildClause) }),
    ...(bitmaps && { bitmaps: Uint32Array.from(bitmaps) }),
  };
}

function buildClause(spec: ClauseSpec): MaskClause {
  return {
    diagonal: openEnds(spec.diagonal),
    rows: openEnds(spec.rows),
    columns: openEnds(spec.columns),
    document: spec.document ?? 'any',
  };
}

function openEnds(range: readonly [number | null, number | null] = [null, null]): [number, number] {
  return [range[0] ?? Number.NEGATIVE_INFINITY, range[1] ?? Number.POSITIVE_INFINITY];
}

function buildDocuments(lengths: readonly number[]): MaskDocuments {
  const start: number[] = [];
  const end: number[] = [];
  for (const length of lengths) {
    const begin = start.length;
    for (let i = 0; i < length; i++) {
      start.push(begin);
      end.push(begin + length);
    }
  }
  return { start: Int32Array.from(start), end: Int32Array.from(end) };
}
