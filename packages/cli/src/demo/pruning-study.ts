import { summarise } from '@sparsek/bench';
import { bsrFromDense, pruneBlocks } from '@sparsek/bsr';
import type { Backend, BsrMatrix, RunOptions } from '@sparsek/types';
import { referenceSpmm, relativeError } from '@sparsek/validator';
import {
  encode,
  type LinearLayer,
  linearLayers,
  type PackedSentences,
  packSentences,
} from './model/encoder.js';
import { createTokenizer } from './model/tokenizer.js';
import type { SentenceModel } from './model/weights.js';
import { CLASSICS, PARAPHRASES } from './sentences.js';
import { sparseKernels } from './sparse-kernels.js';

/** One way of pruning the encoder, and what became of it. */
export interface PruningFigure {
  readonly blockSize: number;
  readonly density: number;
  /** All linear layers of the encoder, median of the repeats, in milliseconds. */
  readonly linearMs: number;
  /** The same with every block kept. */
  readonly denseMs: number;
  readonly usefulGflops: number;
  /** Relative Frobenius error of the first feed-forward layer against float64. */
  readonly layerError: number;
  /** Mean cosine between the embeddings of the pruned and of the whole encoder. */
  readonly cosine: number;
  /** How many of the paraphrases are nearest neighbours. */
  readonly paraphrasesFound: number;
}

export interface PruningStudy {
  readonly sentences: number;
  readonly tokens: number;
  readonly paraphrases: number;
  /** How many paraphrases the whole encoder finds. */
  readonly denseParaphrasesFound: number;
  readonly figures: readonly PruningFigure[];
}

/** Which ways of pruning are compared: every block size at every density. */
export interface PruningVariants {
  readonly blockSizes: readonly number[];
  readonly densities: readonly number[];
}

const REPEATS = 3;
const CHECKED_LAYER = 'layer 0 ffn 1';

/**
 * Prunes every linear layer of the sentence encoder to the blocks of largest norm and runs real sentences through it.
 * The model was not trained to be pruned: the study shows speed and exactness at each density, and what pruning without
 * training costs in quality.
 */
export async function runPruningStudy(
  model: SentenceModel,
  backend: Backend,
  { blockSizes, densities }: PruningVariants,
  options: RunOptions = {},
): Promise<PruningStudy> {
  const sentences = [...PARAPHRASES.flat(), ...CLASSICS];
  const packed = packSentences(sentences.map(createTokenizer(model.vocabulary)));
  const layers = linearLayers(model);
  const figures: PruningFigure[] = [];
  const variants = blockSizes.flatMap((blockSize) => densities.map((density) => ({ blockSize, density })));
  let dense: Variant | undefined;
  for (const [index, { blockSize, density }] of variants.entries()) {
    options.signal?.throwIfAborted();
    if (index % densities.length === 0) {
      dense = await runVariant(model, backend, packed, (layer) =>
        bsrFromDense(toDense(layer), [blockSize, blockSize]),
      );
    }
    const pruned = await runVariant(model, backend, packed, (layer) => {
      return pruneBlocks(toDense(layer), { blockShape: [blockSize, blockSize], density, scope: 'global' });
    });
    figures.push({
      blockSize,
      density,
      linearMs: pruned.linearMs,
      denseMs: dense!.linearMs,
      usefulGflops: pruned.flops / pruned.linearMs / 1e6,
      layerError: await layerError(
        backend,
        layers.find(({ name }) => name === CHECKED_LAYER)!,
        pruned.weights,
      ),
      cosine: meanCosine(pruned.embeddings, dense!.embeddings, sentences.length),
      paraphrasesFound: paraphrasesFound(pruned.embeddings, sentences.length),
    });
    options.onProgress?.((index + 1) / variants.length);
  }
  return {
    sentences: sentences.length,
    tokens: packed.tokens.length,
    paraphrases: PARAPHRASES.length,
    denseParaphrasesFound: paraphrasesFound(dense!.embeddings, sentences.length),
    figures,
  };
}

interface Variant {
  readonly weights: ReadonlyMap<string, BsrMatrix>;
  /** `[sentences, dim]`. */
  readonly embeddings: Float32Array;
  readonly linearMs: number;
  /** Useful floating-point operations of all linear layers. */
  readonly flops: number;
}

async function runVariant(
  model: SentenceModel,
  backend: Backend,
  packed: PackedSentences,
  store: (layer: LinearLayer) => BsrMatrix,
): Promise<Variant> {
  const weights = new Map(linearLayers(model).map((layer) => [layer.name, store(layer)]));
  using kernels = sparseKernels(backend, weights, packed);
  const times: number[] = [];
  let embeddings = new Float32Array();
  // The first run also plans and warms up; it does not count.
  for (let repeat = 0; repeat <= REPEATS; repeat++) {
    kernels.resetClock();
    embeddings = new Float32Array((await encode(model, packed, kernels)).values);
    if (repeat > 0) times.push(kernels.linearMs());
  }
  const stored = [...weights.values()].reduce((sum, weight) => sum + weight.values.length, 0);
  return { weights, embeddings, linearMs: summarise(times).median, flops: 2 * stored * packed.tokens.length };
}

const toDense = ({ weight }: LinearLayer) => {
  return { shape: [weight.shape[0]!, weight.shape[1]!], dtype: 'f32', values: weight.values } as const;
};

/** How many activations the exact comparison uses. */
const CHECKED_ROWS = 32;

/** Compares one layer on token embeddings with the float64 reference of the same pruned layer. */
async function layerError(
  backend: Backend,
  layer: LinearLayer,
  weights: ReadonlyMap<string, BsrMatrix>,
): Promise<number> {
  const pattern = weights.get(layer.name)!;
  const inner = pattern.shape[0];
  // Columns of the layer itself serve as inputs of a natural scale.
  const values = layer.weight.values.slice(0, CHECKED_ROWS * inner);
  const problem = { pattern, dtype: 'f32', side: 'right', denseExtent: CHECKED_ROWS } as const;
  const inputs = {
    values: pattern.values,
    dense: { shape: [CHECKED_ROWS, inner], dtype: 'f32', values },
  } as const;
  using plan = await backend.planSpmm(problem);
  const { output } = await plan.run(inputs);
  return relativeError(referenceSpmm(problem, inputs), output.values);
}

function dot(a: Float32Array, b: Float32Array, rowA: number, rowB: number, width: number): number {
  let sum = 0;
  for (let column = 0; column < width; column++) sum += a[rowA * width + column]! * b[rowB * width + column]!;
  return sum;
}

/** Embeddings have unit length, so that a dot product is a cosine. */
function meanCosine(a: Float32Array, b: Float32Array, count: number): number {
  const width = a.length / count;
  let sum = 0;
  for (let row = 0; row < count; row++) sum += dot(a, b, row, row, width);
  return sum / count;
}

/** Counts the pairs whose first sentence is nearest to its second among all other sentences. */
function paraphrasesFound(embeddings: Float32Array, count: number): number {
  const width = embeddings.length / count;
  return PARAPHRASES.filter((_, pair) => {
    const row = 2 * pair;
    const cosines = Array.from({ length: count }, (_, other) => {
      return other === row ? Number.NEGATIVE_INFINITY : dot(embeddings, embeddings, row, other, width);
    });
    return cosines.indexOf(Math.max(...cosines)) === row + 1;
  }).length;
}
