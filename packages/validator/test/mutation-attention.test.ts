import type {
  AttentionInputs,
  AttentionProblem,
  AttentionResult,
  AttentionTensor,
  MaskClause,
} from '@sparsek/types';
import { describe, expect, test } from 'vitest';
import { allRows, decode, encode, isVisible, kvHeadOf, roundTo, tokenStart } from '../src/index.js';
import { firstFailure, type Mutation } from './mutant.js';

/** Broken ways to attend; each must be caught by some case of `attention`. */
const MUTATIONS: Record<string, Mutation> = {
  'has a window one key too short': clauses((c) => ({ ...c, diagonal: [c.diagonal[0] + 1, c.diagonal[1]] })),
  'has a window one key too long': clauses((c) => ({ ...c, diagonal: [c.diagonal[0] - 1, c.diagonal[1]] })),
  'lets a row see one key ahead': clauses((c) => ({ ...c, diagonal: [c.diagonal[0], c.diagonal[1] + 1] })),
  'ignores ranges of rows': clauses((c) => ({
    ...c,
    rows: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  })),
  'takes document before for after': {
    among: /f32: document/,
    ...clauses((c) => (c.document === 'before' ? { ...c, document: 'after' } : c)),
  },
  'aligns top left': {
    among: /f32: causal/,
    attentionProblem: (problem) => {
      const shift = problem.mask.keyLength - problem.mask.queryLength;
      return withClauses(problem, (c) => ({
        ...c,
        diagonal: [c.diagonal[0] - shift, c.diagonal[1] - shift],
        rows: [c.rows[0] + shift, c.rows[1] + shift],
      }));
    },
  },
  'uses the first clause only': {
    attentionProblem: (problem) => ({
      ...problem,
      mask: {
        ...problem.mask,
        patterns: problem.mask.patterns.map((p) =>
          p.kind === 'regular' ? { ...p, clauses: p.clauses.slice(0, 1) } : p,
        ),
      },
    }),
  },
  'takes every stored block for full': {
    among: /f32: stored/,
    attentionProblem: (problem) => ({
      ...problem,
      mask: {
        ...problem.mask,
        patterns: problem.mask.patterns.map((p) => {
          if (p.kind === 'regular') return p;
          const { fill: _, ...rest } = p;
          return rest;
        }),
      },
    }),
  },
  'skips the last stored block of the last row': {
    among: /f32: blocks:/,
    attentionProblem: (problem) => ({
      ...problem,
      mask: {
        ...problem.mask,
        patterns: problem.mask.patterns.map((p) => {
          if (p.kind === 'regular' || p.indices.length === 0 || p.fill !== undefined) return p;
          const indptr = p.indptr.map((start) => Math.min(start, p.indices.length - 1));
          return { ...p, indptr, indices: p.indices.slice(0, -1) };
        }),
      },
    }),
  },
  'uses the first pattern for every head': {
    among: /f32: .* a mask a/,
    attentionProblem: (problem) => ({
      ...problem,
      mask: { ...problem.mask, headMap: problem.mask.headMap.map(() => 0) },
    }),
  },
  'swaps query heads': { attentionOutput: (output, _, problem) => swapHeads(output, problem) },
  'assigns KV heads in turn': {
    among: /f32: .* heads on/,
    attentionInputs: (inputs, problem) => ({
      ...inputs,
      k: regroup(inputs.k, problem),
      v: regroup(inputs.v, problem),
    }),
  },
  'lets hidden values leak as NaN': {
    among: /hidden values hold NaN/,
    attentionOutput: leakHidden,
  },
  'gives NaN to rows that see nothing': { attentionOutput: (output) => blindRows(output, Number.NaN) },
  'gives a finite log-sum-exp to rows that see nothing': {
    attentionOutput: ({ o, lse }) => (lse ? { o, lse: lse.map((x) => Math.max(x, -1e30)) } : undefined),
  },
  'forgets the sinks in the log-sum-exp': {
    among: /sink logits/,
    attentionOutput: ({ o, lse }, { sinks }, problem) =>
      lse && sinks
        ? { o, lse: lse.map((x, r) => Math.log(Math.exp(x) - Math.exp(sinks[allRows(problem)[r]!.head]!))) }
        : undefined,
  },
  'gives the log-sum-exp to base 2': {
    attentionOutput: ({ o, lse }) => (lse ? { o, lse: lse.map((x) => x * Math.LOG2E) } : undefined),
  },
  'forgets the sinks': {
    among: /sink logits/,
    attentionInputs: ({ sinks: _, ...inputs }) => inputs,
  },
  'caps before it scales': {
    among: /softcap/,
    attentionProblem: (problem) =>
      problem.softcap === undefined
        ? problem
        : { ...problem, softcap: problem.softcap * (problem.scale ?? problem.headDim ** -0.5) },
  },
  'ignores the scale': {
    among: /scale/,
    attentionProblem: ({ scale: _, ...problem }) => problem,
  },
  'adds the linear bias with the wrong sign': {
    among: /linear bias/,
    attentionInputs: (inputs) =>
      inputs.alibiSlopes ? { ...inputs, alibiSlopes: inputs.alibiSlopes.map((x) => -x) } : inputs,
  },
  'takes f16 values as bf16': {
    among: / f16: /,
    attentionInputs: (inputs, { dtype }) =>
      dtype === 'f16' ? { ...inputs, v: coarse(inputs.v, 'f16') } : inputs,
  },
  'mixes the layouts up': {
    among: /f32: 2 x 200/,
    attentionOutput: ({ o, lse }, _, { layout }) =>
      layout === 'bshd' && o.shape[1] === o.shape[2]
        ? { o: transposeAxes(o), ...(lse && { lse }) }
        : undefined,
  },
  'does not write the last row': {
    attentionOutput: ({ o }) => {
      o.values.fill(o.dtype === 'f32' ? Number.NaN : 0x7fff, Math.max(0, o.values.length - o.shape[3]));
      return undefined;
    },
  },
};

describe('a backend that', () => {
  test.each(Object.entries(MUTATIONS))('%s is caught', async (_, mutation) => {
    const failure = await firstFailure('attention', mutation);
    expect(failure?.reason).toBeTypeOf('string');
    expect(failure?.reason).not.toMatch(/^threw/);
  });
});

function clauses(change: (clause: MaskClause) => MaskClause): Mutation {
  return { attentionProblem: (problem) => withClauses(problem, change) };
}

function withClauses(
  problem: AttentionProblem,
  change: (clause: MaskClause) => MaskClause,
): AttentionProblem {
  const patterns = problem.mask.patterns.map((pattern) =>
    pattern.clauses === undefined ? pattern : { ...pattern, clauses: pattern.clauses.map(change) },
  );
  return { ...problem, mask: { ...problem.mask, patterns } };
}

function swapHeads({ o, lse }: AttentionResult, problem: AttentionProblem): undefined {
  if (problem.heads < 2) return;
  const before = o.values.slice();
  for (const { batch, head, query } of allRows(problem)) {
    if (head > 1) continue;
    const from = tokenStart(o, problem.layout, batch, 1 - head, query);
    o.values.set(before.subarray(from, from + o.shape[3]), tokenStart(o, problem.layout, batch, head, query));
  }
  void lse;
}

/** Moves KV heads so that head h reads head h % kvHeads where the groups are of the same size. */
function regroup(tensor: AttentionTensor, problem: AttentionProblem): AttentionTensor {
  const { kvHeads, heads, layout, mask } = problem;
  if (heads !== kvHeads * 2 || kvHeads < 2) return tensor;
  const values = tensor.values.slice();
  for (let batch = 0; batch < problem.batch; batch++) {
    for (let head = 0; head < kvHeads; head++) {
      for (let token = 0; token < mask.keyLength; token++) {
        const from = tokenStart(tensor, layout, batch, (2 * head) % kvHeads, token);
        values.set(
          tensor.values.subarray(from, from + tensor.shape[3]),
          tokenStart(tensor, layout, batch, head, token),
        );
      }
    }
  }
  return { ...tensor, values };
}

/** A weight of zero times a value of NaN, in every tile of keys that the row's tile of queries visits. */
function leakHidden({ o }: AttentionResult, inputs: AttentionInputs, problem: AttentionProblem): undefined {
  const v = decode(inputs.v.values, problem.dtype);
  if (v.every(Number.isFinite)) return;
  const { mask } = problem;
  const width = mask.blockShape[1];
  const dim = o.shape[3];
  for (const { batch, head, query } of allRows(problem)) {
    for (let key = 0; key < mask.keyLength; key++) {
      const start = tokenStart(inputs.v, problem.layout, batch, kvHeadOf(problem, head), key);
      if (v.subarray(start, start + dim).every(Number.isFinite)) continue;
      const tile = Math.floor(key / width) * width;
      let visited = false;
      for (let j = tile; j < Math.min(tile + width, mask.keyLength); j++) {
        visited ||= isVisible(mask, batch, head, query, j);
      }
      const row = tokenStart(o, problem.layout, batch, head, query);
      if (visited) o.values.fill(o.dtype === 'f32' ? Number.NaN : 0x7fff, row, row + dim);
    }
  }
}

function blindRows({ o, lse }: AttentionResult, value: number): undefined {
  const words = encode(Float64Array.of(value), o.dtype);
  const dim = o.shape[3];
  for (let start = 0; start < o.values.length; start += dim) {
    if (o.values.subarray(start, start + dim).every((x) => x === 0))
      o.values.fill(words[0]!, start, start + dim);
  }
  void lse;
}

function coarse(tensor: AttentionTensor, dtype: 'f16'): AttentionTensor {
  const values = encode(
    decode(tensor.values, dtype).map((x) => roundTo(x, 'bf16')),
    dtype,
  );
  return { ...tensor, values };
}

function transposeAxes(o: AttentionTensor): AttentionTensor {
  const [batch, a, b, dim] = o.shape;
  const before = o.values.slice();
  for (let n = 0; n < batch * a * b; n++) {
    const [i, j, k] = [Math.floor(n / (a * b)), Math.floor(n / b) % a, n % b];
    const from = ((i * a + k) * b + j) * dim;
    o.values.set(before.subarray(from, from + dim), n * dim);
  }
  return o;
}
