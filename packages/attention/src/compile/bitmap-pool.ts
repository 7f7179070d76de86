/** Bitmaps of equal size, each content once. */
export interface BitmapPool {
  /** Number of the bitmap with these words, which are copied when new. */
  add(words: Uint32Array): number;
  /** All bitmaps, one after the other. */
  concatenated(): Uint32Array;
}

export function bitmapPool(): BitmapPool {
  const bitmaps: Uint32Array[] = [];
  const byHash = new Map<number, number[]>();
  return {
    add(words) {
      const hash = hashWords(words);
      const candidates = byHash.get(hash);
      const known = candidates?.find((number) => equal(bitmaps[number]!, words));
      if (known !== undefined) return known;
      const number = bitmaps.length;
      bitmaps.push(words.slice());
      if (candidates) candidates.push(number);
      else byHash.set(hash, [number]);
      return number;
    },
    concatenated() {
      const size = bitmaps[0]?.length ?? 0;
      const all = new Uint32Array(bitmaps.length * size);
      bitmaps.forEach((words, number) => {
        all.set(words, number * size);
      });
      return all;
    },
  };
}

/** FNV-1a over 32-bit words. */
function hashWords(words: Uint32Array): number {
  let hash = 0x811c9dc5;
  for (let w = 0; w < words.length; w++) hash = Math.imul(hash ^ words[w]!, 0x01000193);
  return hash;
}

function equal(a: Uint32Array, b: Uint32Array): boolean {
  for (let w = 0; w < a.length; w++) if (a[w] !== b[w]) return false;
  return true;
}
