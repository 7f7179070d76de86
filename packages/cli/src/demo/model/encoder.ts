import { InvalidArgumentError } from '@sparsek/types';
import { type Activations, addActivations, layerNorm, sliceActivations } from './layers.js';
import type { SentenceModel, Weight } from './weights.js';

const HEADS = 4;
const LAYERS = 2;
const TOKENS_AT_MOST = 128;

/** The encoder's linear layers by name; weights are `[in, out]`, biases `[out]`. */
export interface LinearLayer {
  readonly name: string;
  readonly weight: Weight;
  readonly bias: Float32Array;
  readonly activation: 'none' | 'relu';
}

/** How the encoder computes what this library is about; sentences are packed one after the other. */
export interface EncoderKernels {
  /** x W + b with the layer's activation. */
  linear(layer: LinearLayer, x: Activations): Promise<Activations>;
  /** Attention inside each sentence; `q`, `k` and `v` are `[tokens, heads * dim]`. */
  attention(qkv: { q: Activations; k: Activations; v: Activations }, heads: number): Promise<Activations>;
}

/** Where each sentence starts in the packed tokens; one entry more than sentences. */
export interface PackedSentences {
  readonly tokens: Int32Array;
  readonly offsets: Int32Array;
}

export function packSentences(sentences: readonly (readonly number[])[]): PackedSentences {
  const clipped = sentences.map((sentence) => sentence.slice(0, TOKENS_AT_MOST));
  if (clipped.some((sentence) => sentence.length === 0)) {
    throw new InvalidArgumentError('sentences', 'at least one token in each sentence', sentences);
  }
  const offsets = Int32Array.of(0, ...clipped.map((sentence) => sentence.length));
  for (let index = 1; index < offsets.length; index++) offsets[index]! += offsets[index - 1]!;
  return { tokens: Int32Array.from(clipped.flat()), offsets };
}

const SCOPE = 'module_apply_default/Encoder_en/KonaTransformer/Encode';
const KERNELS = 'module/Encoder_en';

/** Names of this model's weights, as its authors stored them. */
function attentionLayer(model: SentenceModel, index: number, part: 'qkv' | 'output'): LinearLayer {
  const path = `Layer_${index}/TransformerLayer/MultiheadAttention/${part}_transform_single`;
  const kernel = need(model, `${KERNELS}/KonaTransformer/Encode/${path}/kernel/part_0`);
  // Stored as a 1x1 convolution.
  const weight = { shape: kernel.shape.slice(2), values: kernel.values };
  return {
    name: `layer ${index} ${part}`,
    weight,
    bias: concatenated(model, `${path}/bias`),
    activation: 'none',
  };
}

function feedForward(model: SentenceModel, index: number, part: 1 | 2): LinearLayer {
  const weight = need(
    model,
    `${SCOPE}/TransformerStack/Layer_${index}/TransformerLayer/FFN/conv${part}/Tensordot/Reshape_1`,
  );
  return {
    name: `layer ${index} ffn ${part}`,
    weight,
    bias: concatenated(model, `Layer_${index}/TransformerLayer/FFN/conv${part}/bias`),
    activation: part === 1 ? 'relu' : 'none',
  };
}

function residual(model: SentenceModel): LinearLayer {
  const weight = need(model, `${SCOPE}/Layer_0/TransformerLayer/dense/kernel/ConcatPartitions/concat`);
  const bias = concatenated(model, 'Layer_0/TransformerLayer/dense/bias');
  return { name: 'layer 0 residual', weight, bias, activation: 'none' };
}

function need(model: SentenceModel, name: string): Weight {
  const weight = model.weights.get(name);
  if (!weight) throw new InvalidArgumentError('model', `a weight named ${name}`, undefined);
  return weight;
}

const concatenated = (model: SentenceModel, path: string): Float32Array => {
  return need(model, `${SCOPE}/${path}/ConcatPartitions/concat`).values;
};

/** Every linear layer that the encoder applies to each token, in the order of use. */
export function linearLayers(model: SentenceModel): LinearLayer[] {
  return Array.from({ length: LAYERS }, (_, index) => [
    attentionLayer(model, index, 'qkv'),
    attentionLayer(model, index, 'output'),
    ...(index === 0 ? [residual(model)] : []),
    feedForward(model, index, 1),
    feedForward(model, index, 2),
  ]).flat();
}

/** Sentence embeddings, `[sentences, 512]`, each of unit length. */
export async function encode(
  model: SentenceModel,
  sentences: PackedSentences,
  kernels: EncoderKernels,
): Promise<Activations> {
  let x = embed(model, sentences);
  for (let index = 0; index < LAYERS; index++) {
    const scope = `Layer_${index}/TransformerLayer`;
    const normalised = normalise(model, scope, x);
    const qkv = await kernels.linear(attentionLayer(model, index, 'qkv'), normalised);
    const width = qkv.columns / 3;
    const [q, k, v] = [0, 1, 2].map((part) => sliceActivations(qkv, part * width, (part + 1) * width));
    const mixed = await kernels.attention({ q: q!, k: k!, v: v! }, HEADS);
    const attended = await kernels.linear(attentionLayer(model, index, 'output'), mixed);
    // The first layer widens from 256 to 512, so its residual passes through a layer of its own.
    x = addActivations(attended, index === 0 ? await kernels.linear(residual(model), x) : x);
    const hidden = await kernels.linear(feedForward(model, index, 1), normalise(model, `${scope}/FFN`, x));
    x = addActivations(await kernels.linear(feedForward(model, index, 2), hidden), x);
  }
  return pool(model, x, sentences);
}

function normalise(model: SentenceModel, scope: string, x: Activations): Activations {
  const path = `${scope}/layer_prepostprocess/layer_norm`;
  return layerNorm(
    x,
    concatenated(model, `${path}/layer_norm_scale`),
    concatenated(model, `${path}/layer_norm_bias`),
  );
}

/** Token embeddings plus the sinusoidal signal of positions; this model adds the embedding twice. */
function embed(model: SentenceModel, { tokens, offsets }: PackedSentences): Activations {
  const table = need(model, 'module/Embeddings_en');
  const timescales = need(
    model,
    `${SCOPE}/TransformerStack/Layer_0/AddTimingSignal/TimingSignal/ExpandDims_1`,
  ).values;
  const columns = table.shape[1]!;
  const half = columns / 2;
  const values = new Float32Array(tokens.length * columns);
  for (let sentence = 0; sentence + 1 < offsets.length; sentence++) {
    for (let row = offsets[sentence]!; row < offsets[sentence + 1]!; row++) {
      const position = row - offsets[sentence]!;
      for (let column = 0; column < columns; column++) {
        const angle = position * timescales[column % half]!;
        const signal = column < half ? Math.sin(angle) : Math.cos(angle);
        values[row * columns + column] = 2 * table.values[tokens[row]! * columns + column]! + signal;
      }
    }
  }
  return { rows: tokens.length, columns, values };
}

/** The mean over each sentence's tokens, one tanh layer, unit length. */
function pool(model: SentenceModel, x: Activations, { offsets }: PackedSentences): Activations {
  const weight = need(model, `${KERNELS}/hidden_layers/tanh_layer_0/weights`);
  const bias = need(model, `${KERNELS}/hidden_layers/tanh_layer_0/bias`).values;
  const [inner, columns] = [weight.shape[0]!, weight.shape[1]!];
  const rows = offsets.length - 1;
  const values = new Float32Array(rows * columns);
  for (let sentence = 0; sentence < rows; sentence++) {
    const [begin, end] = [offsets[sentence]!, offsets[sentence + 1]!];
    const mean = new Float64Array(inner);
    for (let row = begin; row < end; row++) {
      for (let column = 0; column < inner; column++)
        mean[column]! += x.values[row * inner + column]! / (end - begin);
    }
    const output = Float64Array.from(bias);
    for (let i = 0; i < inner; i++) {
      for (let column = 0; column < columns; column++) {
        output[column]! += mean[i]! * weight.values[i * columns + column]!;
      }
    }
    const activated = output.map(Math.tanh);
    const norm = Math.hypot(...activated);
    values.set(
      activated.map((value) => value / norm),
      sentence * columns,
    );
  }
  return { rows, columns, values };
}
