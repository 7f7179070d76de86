import { compileMask, documentLengths } from '@sparsek/attention';
import type {
  AttentionInputs,
  AttentionResult,
  Backend,
  BsrMatrix,
  DenseMatrix,
  Plan,
  SpmmInputs,
} from '@sparsek/types';
import type { EncoderKernels, LinearLayer, PackedSentences } from './model/encoder.js';
import type { Activations } from './model/layers.js';

/** An encoder whose linear layers are block-sparse, and what they took. */
export interface SparseKernels extends EncoderKernels, Disposable {
  /** Time of all linear layers since the last `resetClock`, in milliseconds. */
  linearMs(): number;
  resetClock(): void;
}

/**
 * Plans and the memory of their results are made on first use and kept, as an application would keep them: a layer's
 * result holds until the layer runs again.
 */
export function sparseKernels(
  backend: Backend,
  weights: ReadonlyMap<string, BsrMatrix>,
  { offsets }: PackedSentences,
): SparseKernels {
  const linearPlans = new Map<string, Plan<SpmmInputs, DenseMatrix>>();
  const attentionPlans = new Map<number, Plan<AttentionInputs, AttentionResult>>();
  const results = new Map<string, DenseMatrix>();
  let linearMs = 0;

  async function linear({ name, bias, activation }: LinearLayer, x: Activations): Promise<Activations> {
    const pattern = weights.get(name)!;
    const { dtype, values } = pattern;
    let plan = linearPlans.get(name);
    if (!plan) {
      plan = await backend.planSpmm({ pattern, dtype, side: 'right', denseExtent: x.rows, activation });
      linearPlans.set(name, plan);
    }
    const dense = { shape: [x.rows, x.columns], dtype: 'f32', values: x.values } as const;
    const out = results.get(name);
    const { output, computeMs } = await plan.run({ values, dense, bias, ...(out && { out }) });
    results.set(name, output);
    linearMs += computeMs;
    return { rows: x.rows, columns: output.shape[1], values: output.values as Float32Array };
  }

  /** Sentences are packed one after the other; a document mask keeps each to itself. */
  async function attention(qkv: { q: Activations; k: Activations; v: Activations }, heads: number) {
    const { rows, columns } = qkv.q;
    const headDim = columns / heads;
    let plan = attentionPlans.get(headDim);
    if (!plan) {
      const lengths = Array.from(offsets.subarray(1), (end, index) => end - offsets[index]!);
      const mask = compileMask(documentLengths(lengths), { queryLength: rows, blockShape: [64, 64] });
      plan = await backend.planAttention({
        batch: 1,
        heads,
        kvHeads: heads,
        headDim,
        dtype: 'f32',
        layout: 'bshd',
        mask,
      });
      attentionPlans.set(headDim, plan);
    }
    const tensor = (x: Activations) => {
      return { shape: [1, rows, heads, headDim], dtype: 'f32', values: x.values } as const;
    };
    const { output } = await plan.run({ q: tensor(qkv.q), k: tensor(qkv.k), v: tensor(qkv.v) });
    return { rows, columns, values: output.o.values as Float32Array };
  }

  return {
    linear,
    attention,
    linearMs: () => linearMs,
    resetClock() {
      linearMs = 0;
    },
    [Symbol.dispose]() {
      for (const plan of [...linearPlans.values(), ...attentionPlans.values()]) plan[Symbol.dispose]();
    },
  };
}
