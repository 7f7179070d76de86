import { checkBlockMask, isVisible } from '@sparsek/bsr';
import { describe, expect, it } from 'vitest';
import {
  compileMask,
  type MaskExpression,
  PRESET_NAMES,
  type Preset,
  parseMask,
  preset,
  tileOrder,
  visible,
} from '../src/index.js';
import { draw, readMask } from './helpers.js';

/**
 * Compares a preset, as defined and as compiled, with a transcription of the published definition: query position i and
 * key j, both absolute, and the query head. Only the rows of `rows` are compared (all when absent).
 */
function expectMask(
  built: Preset,
  published: (i: number, j: number, head: number) => boolean,
  heads: readonly number[] = [0, built.heads - 1],
): void {
  const { length, queryLength } = built;
  const masks: readonly MaskExpression[] = Array.isArray(built.mask)
    ? built.mask
    : [built.mask as MaskExpression];
  const compiled = compileMask(built.mask, { queryLength, keyLength: length, blockShape: [64, 64] });
  checkBlockMask(compiled);
  for (const head of heads) {
    const wanted = Array.from({ length: queryLength }, (_, q) =>
      Array.from({ length }, (_key, j) => published(q + length - queryLength, j, head)),
    );
    expect(draw(readMask(compiled, 0, head))).toBe(draw(wanted));
    const expression = masks[head % masks.length]!;
    for (let n = 0; n < 500; n++) {
      const i = ((n * 7919) % queryLength) + length - queryLength;
      const j = (n * 104729) % length;
      expect(visible(expression, i, j, { keyLength: length, head })).toBe(published(i, j, head));
    }
  }
}

describe('sliding windows', () => {
  it('Mistral-7B: transformers keeps kv_idx > q_idx - sliding_window', () => {
    const built = preset('mistral-7b', { length: 4400, queryLength: 300 });
    expect(built).toMatchObject({ heads: 32, kvHeads: 8, headDim: 128 });
    expect(built.layers).toEqual(new Array(32).fill('sparse'));
    expectMask(built, (q, kv) => kv <= q && kv > q - 4096, [0]);
  });

  it('Gemma 2: local attention on even layers, soft cap 50', () => {
    const built = preset('gemma-2', { length: 4400, queryLength: 300 });
    expect(built).toMatchObject({
      name: 'gemma-2-9b',
      heads: 16,
      kvHeads: 8,
      headDim: 256,
      softcap: 50,
      scale: 1 / 16,
    });
    expect(built.layers).toHaveLength(42);
    expect(built.layers!.slice(0, 4)).toEqual(['sparse', 'dense', 'sparse', 'dense']);
    expect(built.denseMask).toEqual({ kind: 'causal' });
    expectMask(built, (q, kv) => kv <= q && kv > q - 4096, [0]);
    expect(preset('gemma-2-27b', { length: 8 }).scale).toBe(1 / 12);
  });

  it('Gemma 3: five local layers to one global', () => {
    const built = preset('gemma-3', { length: 1300, queryLength: 300 });
    expect(built).toMatchObject({ name: 'gemma-3-4b', heads: 8, kvHeads: 4, headDim: 256 });
    expect(built.softcap).toBeUndefined();
    expect(
      built.layers!.map((kind, layer) => (kind === 'dense' ? layer : -1)).filter((layer) => layer >= 0),
    ).toEqual([5, 11, 17, 23, 29]);
    expectMask(built, (q, kv) => kv <= q && kv > q - 1024, [0]);
    expectMask(preset('gemma-3-1b', { length: 700 }), (q, kv) => kv <= q && kv > q - 512, [0]);
  });

  it('gpt-oss: alternating window of 128, learned sinks', () => {
    const sinks = new Float32Array(64).fill(0.5);
    const built = preset('gpt-oss', { length: 500, sinks });
    expect(built).toMatchObject({ heads: 64, kvHeads: 8, headDim: 64, learnedSinks: true, sinks });
    expect(built.layers).toHaveLength(36);
    expect(built.layers!.slice(0, 2)).toEqual(['sparse', 'dense']);
    expect(preset('gpt-oss-20b', { length: 8 }).layers).toHaveLength(24);
    // The reference masks out tril(diagonal=-sliding_window): j - i <= -128.
    expectMask(built, (q, kv) => !(kv > q) && !(kv - q <= -128), [0]);
    expect(() => preset('gpt-oss', { length: 8, sinks: new Float32Array(8) })).toThrow(
      'Expected 64 logits for sinks',
    );
  });

  it('StreamingLLM: 4 sinks and 1020 recent keys', () => {
    const built = preset('streaming-llm', { length: 1500, queryLength: 400 });
    const inCache = (q: number, kv: number) => kv < 4 || q - kv < 1020;
    expectMask(built, (q, kv) => kv <= q && inCache(q, kv), [0]);
  });

  it('DuoAttention: gates choose full or streaming heads by KV head', () => {
    const gates = [0.9, 0.1, 0.5, 0, 1, 0.49, 0.51, 0.2];
    const built = preset('duo-attention', { length: 600, gates });
    const published = (q: number, kv: number, head: number) => {
      const full = gates[Math.floor(head / 4)]! >= 0.5;
      return kv <= q && (full || kv < 64 || kv > q - 256);
    };
    expectMask(built, published, [0, 3, 4, 8, 21, 31]);
    expect(() => preset('duo-attention', { length: 600, gates: [1] })).toThrow(
      '8 numbers, one a KV head for gates',
    );
  });
});

describe('encoders', () => {
  it('Longformer: 256 tokens on each side and global tokens', () => {
    const built = preset('longformer', { length: 800, globalTokens: 2 });
    expect(built).toMatchObject({ heads: 12, headDim: 64 });
    expectMask(built, (q, kv) => Math.abs(q - kv) <= 256 || q < 2 || kv < 2, [0]);
  });

  it('BigBird: window, first and last block, three random blocks', () => {
    const length = 64 * 16;
    const built = preset('bigbird', { length });
    const compiled = compileMask(built.mask, { queryLength: length, blockShape: [64, 64] });
    const blocksOf = (head: number) => {
      const table = readMask(compiled, 0, head);
      return Array.from({ length: 16 }, (_, r) =>
        Array.from({ length: 16 }, (_c, c) => table[r * 64]![c * 64]!),
      );
    };
    const [first, second] = [blocksOf(0), blocksOf(1)];
    for (const grid of [first, second]) {
      expect(grid[0]).not.toContain(false);
      expect(grid[15]).not.toContain(false);
      for (let r = 1; r < 15; r++) {
        for (let c = 0; c < 16; c++)
          if (c === 0 || c === 15 || Math.abs(r - c) <= 1) expect(grid[r]![c]).toBe(true);
        const fixed = new Set([0, 15, r - 1, r, r + 1]).size;
        expect(grid[r]!.filter(Boolean)).toHaveLength(fixed + 3);
      }
    }
    expect(second).not.toEqual(first);
    expectMask(built, (q, kv) => first[Math.floor(q / 64)]![Math.floor(kv / 64)]!, [0]);
  });
});

describe('block patterns', () => {
  it("Phi-3-small: onnxruntime's rule, block by block", () => {
    const built = preset('phi-3-small', { length: 1900, queryLength: 700 });
    expect(built).toMatchObject({ heads: 32, kvHeads: 8, headDim: 128, scale: 1 / 128 });
    expect(built.layers!.slice(0, 4)).toEqual(['sparse', 'dense', 'sparse', 'dense']);
    const [local, stride, numLayout] = [16, 8, 32];
    const published = (q: number, kv: number, h: number) => {
      const [qb, kb] = [Math.floor(q / 64), Math.floor(kv / 64)];
      const kept =
        qb - kb < local || (kb + h * Math.max(1, Math.floor(stride / numLayout)) + 1) % stride === 0;
      return kept && kb <= qb && kv <= q;
    };
    expectMask(built, published, [0, 1, 7, 8, 30]);
    const compiled = compileMask(built.mask, { queryLength: 1900 });
    expect(compiled.patterns).toHaveLength(8);
  });

  it('MInference: vertical columns and slash diagonals, exact or widened to blocks', () => {
    const length = 700;
    const lines = Array.from({ length: 32 }, (_, h) => ({
      vertical: [0, 100 + h, 555],
      slash: [0, 1, 64 * 3 + h, 500],
    }));
    const exact = preset('minference', { length, lines, block: 0 });
    const onLine = (q: number, kv: number, h: number) =>
      lines[h]!.vertical.includes(kv) || lines[h]!.slash.includes(q - kv);
    expectMask(exact, (q, kv, h) => kv <= q && onLine(q, kv, h), [0, 31]);

    const size = Math.ceil(length / 64);
    const touched = lines.map((_, h) => {
      const grid = Array.from({ length: size }, () => new Array<boolean>(size).fill(false));
      // Blocks are whole for this purpose, also at the end of the sequence.
      for (let q = 0; q < size * 64; q++) {
        for (const s of lines[h]!.slash)
          if (q - s >= 0) grid[Math.floor(q / 64)]![Math.floor((q - s) / 64)] = true;
        for (const c of lines[h]!.vertical) grid[Math.floor(q / 64)]![Math.floor(c / 64)] = true;
      }
      return grid;
    });
    const widened = preset('minference', { length, lines });
    const inTouched = (q: number, kv: number, h: number) =>
      touched[h]![Math.floor(q / 64)]![Math.floor(kv / 64)]!;
    expectMask(widened, (q, kv, h) => kv <= q && inTouched(q, kv, h), [0, 31]);
  });

  it('MInference makes lines up for benchmarks, the same ones each time', () => {
    const options = { length: 4096, vertical: 40, slash: 200, seed: 3, block: 0 };
    const built = preset('minference', options);
    const [first, second] = built.mask as readonly MaskExpression[];
    if (first?.kind !== 'verticalSlash') throw new Error('expected lines');
    expect(first.columns).toHaveLength(40);
    expect([...first.columns.slice(0, 30)]).toEqual(Array.from({ length: 30 }, (_, c) => c));
    expect([...first.distances]).toEqual(Array.from({ length: 200 }, (_, d) => d));
    expect(second).not.toEqual(first);
    expect(preset('minference', options)).toEqual(built);
  });

  it("Sliding tile attention: FastVideo's clamped window in tile order", () => {
    const built = preset('sta', { textLength: 100 });
    const tiles = [3, 6, 10] as const;
    const tileOf = (p: number) => {
      const id = Math.floor(p / 384);
      return [
        Math.floor(id / (tiles[1] * tiles[2])),
        Math.floor(id / tiles[2]) % tiles[1],
        id % tiles[2],
      ] as const;
    };
    const image = 18 * 48 * 80;
    const clamp = (x: number, low: number, high: number) => Math.min(Math.max(x, low), high);
    const kernel = [3, 3, 5];
    const published = (q: number, kv: number) => {
      if (q >= image || kv >= image) return true;
      const [a, b] = [tileOf(q), tileOf(kv)];
      return kernel.every((k, axis) => {
        const reach = Math.floor(k / 2);
        return Math.abs(clamp(a[axis]!, reach, tiles[axis]! - 1 - reach) - b[axis]!) <= reach;
      });
    };
    expect(built.length).toBe(image + 100);
    // One query in 97 and one key in 191 are enough to meet every pair of tiles.
    const compiled = compileMask(built.mask, { queryLength: built.length, blockShape: [128, 128] });
    checkBlockMask(compiled);
    const expression = built.mask as MaskExpression;
    const wrong: [number, number][] = [];
    for (let q = 0; q < built.length; q += 97) {
      for (let kv = 0; kv < built.length; kv += 191) {
        const wanted = published(q, kv);
        if (visible(expression, q, kv) !== wanted || isVisible(compiled, 0, 0, q, kv) !== wanted)
          wrong.push([q, kv]);
      }
    }
    expect(wrong).toEqual([]);
    expect(compileMask(preset('sta', {}).mask, { queryLength: 69120 }).patterns).toHaveLength(1);
    expect(() => preset('sta', { length: 1000 })).toThrow("the video's 69120 tokens for length");
  });

  it('tile order lists each tile whole', () => {
    const order = tileOrder({ latent: [2, 4, 6], tile: [1, 2, 3] });
    expect([...order.slice(0, 6)]).toEqual([0, 1, 2, 6, 7, 8]);
    expect([...order.slice(6, 12)]).toEqual([3, 4, 5, 9, 10, 11]);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 48 }, (_, n) => n));
    expect(() => tileOrder({ latent: [2, 4, 6], tile: [1, 3, 3] })).toThrow(
      "a multiple of the tile's 3 for latent's height",
    );
  });

  it('VSA: the top tiles of each query tile', () => {
    const [length, topK, heads] = [64 * 6, 2, 12];
    const indices = Array.from({ length: heads * 6 * topK }, (_, n) => (n * 5 + Math.floor(n / 7)) % 6);
    const built = preset('vsa', { length, indices, topK });
    const published = (q: number, kv: number, h: number) => {
      const at = (h * 6 + Math.floor(q / 64)) * topK;
      return indices.slice(at, at + topK).includes(Math.floor(kv / 64));
    };
    expectMask(built, published, [0, 5, 11]);
  });
});

describe('selection by a router', () => {
  const [length, queryLength] = [400, 150];
  const cases = [
    { name: 'nsa', block: 64, topK: 3, own: false, heads: 32, kvHeads: 2 },
    { name: 'moba', block: 128, topK: 2, own: true, heads: 32, kvHeads: 8 },
    { name: 'msa', block: 128, topK: 2, own: true, heads: 64, kvHeads: 4 },
  ] as const;

  it.each(cases)('$name: selected blocks of each query token and KV head, causal', (model) => {
    const { name, block, topK, own, heads, kvHeads } = model;
    const blocks = Math.ceil(length / block);
    const indices = Array.from(
      { length: kvHeads * queryLength * topK },
      (_, n) => ((n * 31) % (blocks + 1)) - 1,
    );
    const built = preset(name, { length, queryLength, indices, topK, block });
    expect(built).toMatchObject({ heads, kvHeads });
    const published = (q: number, kv: number, h: number) => {
      const kvHead = Math.floor(h / (heads / kvHeads));
      const at = (kvHead * queryLength + q - (length - queryLength)) * topK;
      const chosen = indices.slice(at, at + topK).includes(Math.floor(kv / block));
      return kv <= q && (chosen || (own && Math.floor(kv / block) === Math.floor(q / block)));
    };
    expectMask(built, published, [0, heads / 2, heads - 1]);
    expect(() => preset(name, { length, queryLength, indices: [0], topK })).toThrow(
      /block numbers for indices/,
    );
  });
});

describe('preset', () => {
  it('names every preset once it is asked for an unknown one', () => {
    expect(() => preset('gpt-5' as 'sta', {})).toThrow(
      new RegExp(`one of ${PRESET_NAMES.join(', ')} for preset`),
    );
    expect(() => preset('mistral-7b', { length: -1 })).toThrow(/for length but received -1/);
  });

  it('is a term of the language where it needs nothing but a length', () => {
    const mask = compileMask(parseMask('preset:phi-3-small'), { queryLength: 1900, heads: 32 });
    const direct = compileMask(preset('phi-3-small', { length: 1900 }).mask, { queryLength: 1900 });
    for (const head of [0, 9]) expect(draw(readMask(mask, 0, head))).toBe(draw(readMask(direct, 0, head)));
    expect(mask.patterns).toHaveLength(8);
    expect(compileMask(parseMask('preset:mistral & sink:4'), { queryLength: 64, heads: 8 })).toMatchObject({
      heads: 1,
    });
    expect(() => compileMask(parseMask('preset:phi-3-small'), { queryLength: 64, heads: 40 })).toThrow(
      'a head of phi-3-small, 0 to 31, for head but received 32',
    );
  });
});
