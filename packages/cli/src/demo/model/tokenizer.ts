/** Marks the start of a word in a SentencePiece vocabulary. */
const WORD_START = '\u2581';

/** Ids below this are control symbols, which text never produces. */
const RESERVED = 6;
const UNKNOWN_ID = 0;
/** Worse than any piece, so that a character becomes unknown only where no piece covers it. */
const UNKNOWN_SCORE = -100;

export type Tokenizer = (text: string) => number[];

/**
 * A unigram tokenizer (Kudo, ACL 2018): the segmentation with the highest sum of log probabilities, found by dynamic
 * programming over the characters. Characters outside the vocabulary give the unknown token, neighbours merged.
 */
export function createTokenizer(vocabulary: readonly (readonly [piece: string, score: number])[]): Tokenizer {
  const pieces = new Map<string, { readonly id: number; readonly score: number }>();
  let longest = 1;
  for (const [id, [piece, score]] of vocabulary.entries()) {
    if (id < RESERVED) continue;
    pieces.set(piece, { id, score });
    longest = Math.max(longest, [...piece].length);
  }

  return (text) => {
    const characters = [...(WORD_START + text.normalize('NFKC').trim().replaceAll(/\s+/g, WORD_START))];
    const best = new Float64Array(characters.length + 1).fill(Number.NEGATIVE_INFINITY);
    const from = new Int32Array(characters.length + 1);
    const token = new Int32Array(characters.length + 1);
    best[0] = 0;
    for (let start = 0; start < characters.length; start++) {
      const score = best[start]!;
      const offer = (end: number, id: number, gain: number) => {
        if (score + gain <= best[end]!) return;
        best[end] = score + gain;
        from[end] = start;
        token[end] = id;
      };
      offer(start + 1, UNKNOWN_ID, UNKNOWN_SCORE);
      for (let end = start + 1; end <= Math.min(start + longest, characters.length); end++) {
        const piece = pieces.get(characters.slice(start, end).join(''));
        if (piece) offer(end, piece.id, piece.score);
      }
    }
    const ids: number[] = [];
    for (let end = characters.length; end > 0; end = from[end]!) {
      const id = token[end]!;
      if (id !== UNKNOWN_ID || ids.at(-1) !== UNKNOWN_ID) ids.push(id);
    }
    return ids.reverse();
  };
}
