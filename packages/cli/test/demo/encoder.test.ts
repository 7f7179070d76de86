import { expect, it } from 'vitest';
import { type EncoderKernels, encode, packSentences } from '../../src/demo/model/encoder.js';
import { createTokenizer } from '../../src/demo/model/tokenizer.js';
import { loadSentenceModel } from '../../src/demo/model/weights.js';

/** Straight float64 loops: what the encoder means, without this library's kernels. */
function plainKernels(offsets: Int32Array): EncoderKernels {
  return {
    async linear({ weight, bias, activation }, x) {
      const [inner, columns] = [weight.shape[0]!, weight.shape[1]!];
      const values = new Float32Array(x.rows * columns);
      for (let row = 0; row < x.rows; row++) {
        const sums = Float64Array.from(bias);
        for (let k = 0; k < inner; k++) {
          const factor = x.values[row * inner + k]!;
          for (let column = 0; column < columns; column++) {
            sums[column]! += factor * weight.values[k * columns + column]!;
          }
        }
        values.set(activation === 'relu' ? sums.map((value) => Math.max(0, value)) : sums, row * columns);
      }
      return { rows: x.rows, columns, values };
    },
    async attention({ q, k, v }, heads) {
      const dim = q.columns / heads;
      const values = new Float32Array(q.values.length);
      for (let sentence = 0; sentence + 1 < offsets.length; sentence++) {
        const [begin, end] = [offsets[sentence]!, offsets[sentence + 1]!];
        for (let head = 0; head < heads; head++) {
          for (let i = begin; i < end; i++) {
            const at = (row: number) => row * q.columns + head * dim;
            const weights: number[] = [];
            for (let j = begin; j < end; j++) {
              let score = 0;
              for (let d = 0; d < dim; d++) score += q.values[at(i) + d]! * k.values[at(j) + d]!;
              weights.push(Math.exp(score / Math.sqrt(dim)));
            }
            const total = weights.reduce((sum, weight) => sum + weight, 0);
            for (let d = 0; d < dim; d++) {
              let sum = 0;
              for (const [index, weight] of weights.entries())
                sum += weight * v.values[at(begin + index) + d]!;
              values[at(i) + d] = sum / total;
            }
          }
        }
      }
      return { ...q, values };
    },
  };
}

it('encodes as the published model does', async () => {
  const model = await loadSentenceModel();
  const tokenize = createTokenizer(model.vocabulary);
  // The example of the model's own documentation.
  expect(tokenize('Hello, how are you?')).toEqual([341, 4125, 8, 140, 31, 19, 54]);
  const packed = packSentences([tokenize('Hello, how are you?'), [341, 4125]]);
  const { values } = await encode(model, packed, plainKernels(packed.offsets));
  // The first numbers of the same graph run by TensorFlow.js 4.22.
  const expected = [
    [
      0.006556551, -0.047419053, -0.052947965, 0.0005269023, -0.05747725, 0.0018415033, 0.05694434,
      0.05554235,
    ],
    [
      0.044728383, -0.0491690002, -0.0481041707, -0.0491751805, -0.0217462, -0.049036894, 0.0493471771,
      0.0471048914,
    ],
  ];
  for (const [sentence, numbers] of expected.entries()) {
    for (const [column, number] of numbers.entries()) {
      expect(values[sentence * 512 + column]).toBeCloseTo(number, 5);
    }
  }
});
