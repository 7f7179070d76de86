import { causal, compileMask, type MaskExpression, type PresetName, preset } from '@sparsek/attention';
import { summarise } from '@sparsek/bench';
import { maskStatistics, normalValues } from '@sparsek/bsr';
import type { AttentionInputs, AttentionProblem, AttentionTensor, Backend, RunOptions } from '@sparsek/types';
import { largestError, referenceAttention, spreadOver } from '@sparsek/validator';

/** Attention of one head under one published mask at one length. */
export interface AttentionFigure {
  readonly model: string;
  readonly source: string;
  readonly headDim: number;
  readonly length: number;
  /** Visible query-key pairs over all pairs. */
  readonly visibleShare: number;
  readonly visibleBlocks: number;
  readonly computeMs: number;
  readonly planMs: number;
  readonly usefulGflops: number;
  /** What the mask itself takes. */
  readonly maskBytes: number;
  /** What a table of all scores would take, in float32. */
  readonly scoreBytes: number;
  /** Largest error on sampled rows against float64. */
  readonly error: number;
}

/** Models whose masks are compared, with causal attention as the yardstick; one head each. */
const MODELS = [
  'mistral-7b',
  'gemma-3',
  'gpt-oss',
  'longformer',
  'bigbird',
  'phi-3-small',
  'streaming-llm',
] as const;

const SEED = 1;
const BLOCK = 64;
const REPEATS = 2;
const CHECKED_ROWS = 8;

interface Model {
  readonly name: string;
  readonly source: string;
  readonly headDim: number;
  readonly mask: MaskExpression;
}

/** Runs each mask at each length; time and memory should follow the visible blocks, not the square of the length. */
export async function runAttentionStudy(
  backend: Backend,
  lengths: readonly number[],
  options: RunOptions = {},
): Promise<AttentionFigure[]> {
  const figures: AttentionFigure[] = [];
  const runs = lengths.flatMap((length) => models(length).map((model) => ({ length, model })));
  for (const [index, { length, model }] of runs.entries()) {
    options.signal?.throwIfAborted();
    figures.push(await runModel(backend, model, length, options.signal));
    options.onProgress?.((index + 1) / runs.length);
  }
  return figures;
}

function models(length: number): Model[] {
  const published = MODELS.map((name: PresetName & (typeof MODELS)[number]) => {
    const { mask, headDim, source } = preset(name, { length });
    // Heads with masks of their own: the first one stands for all.
    return { name, source, headDim, mask: 'kind' in mask ? mask : mask[0]! };
  });
  return [
    { name: 'causal (dense)', source: 'every earlier key', headDim: 128, mask: causal() },
    ...published,
  ];
}

async function runModel(
  backend: Backend,
  { name, source, headDim, mask: expression }: Model,
  length: number,
  signal: AbortSignal | undefined,
): Promise<AttentionFigure> {
  const mask = compileMask(expression, { queryLength: length, blockShape: [BLOCK, BLOCK] });
  const statistics = maskStatistics(mask);
  const tensor = (stream: number): AttentionTensor<'f32'> => ({
    shape: [1, 1, length, headDim],
    dtype: 'f32',
    values: normalValues(length * headDim, { seed: SEED, stream }),
  });
  const inputs = { q: tensor(0), k: tensor(1), v: tensor(2) };
  const problem = { batch: 1, heads: 1, kvHeads: 1, headDim, dtype: 'f32', layout: 'bhsd', mask } as const;
  using plan = await backend.planAttention(problem);
  const times: number[] = [];
  let o = new Float32Array();
  for (let repeat = 0; repeat <= REPEATS; repeat++) {
    const { output, computeMs } = await plan.run(inputs, signal ? { signal } : {});
    if (repeat > 0) times.push(computeMs);
    o = output.o.values as Float32Array<ArrayBuffer>;
  }
  const computeMs = summarise(times).median;
  return {
    model: name,
    source,
    headDim,
    length,
    visibleShare: statistics.visiblePairs / length ** 2,
    visibleBlocks: statistics.visibleBlocks,
    computeMs,
    planMs: plan.planMs,
    usefulGflops: (4 * statistics.visiblePairs * headDim) / computeMs / 1e6,
    maskBytes: statistics.bytes,
    scoreBytes: 4 * length ** 2,
    error: sampledError(problem, inputs, o),
  };
}

/** Largest error on rows spread over the result, against float64. */
function sampledError(problem: AttentionProblem, inputs: AttentionInputs, o: Float32Array): number {
  const { headDim, mask } = problem;
  const rows = spreadOver(mask.queryLength, CHECKED_ROWS).map((query) => ({ batch: 0, head: 0, query }));
  const found = rows.flatMap(({ query }) => [...o.subarray(query * headDim, (query + 1) * headDim)]);
  return largestError(referenceAttention(problem, inputs, { rows }).o, found);
}
