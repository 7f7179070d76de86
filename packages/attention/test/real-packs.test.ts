import { existsSync, readFileSync } from 'node:fs';
import { maskStatistics } from '@sparsek/bsr';
import { describe, expect, it } from 'vitest';
import { DATA } from '../../../tools/config/real-data.js';
import { and, causal, compileMask, documentLengths } from '../src/index.js';

const file = `${DATA}/msa-training-packs.json`;
const present = existsSync(file);
if (!present)
  console.log(`Skipping real packed documents: ${file} is not there (set SPARSEK_DATA to its folder)`);

interface Pack {
  readonly case_id: number;
  readonly cu_seqlens: readonly number[];
}

describe.skipIf(!present)('real packed documents', () => {
  const packs: readonly Pack[] = present ? JSON.parse(readFileSync(file, 'utf8')) : [];

  it.each(packs.map((pack) => [pack.case_id, pack.cu_seqlens] as const))(
    'pack %i shows the pairs and blocks that its lengths imply',
    (_id, ends) => {
      const length = ends.at(-1)!;
      const lengths = ends.slice(1).map((end, d) => end - ends[d]!);
      const mask = compileMask(and(causal(), documentLengths(lengths)), { queryLength: length });
      expect(mask.patterns.map((pattern) => pattern.kind)).toEqual(['regular']);
      const pairs = lengths.reduce((sum, n) => sum + (n * (n + 1)) / 2, 0);
      // Blocks of 128 that meet some document's triangle, row of blocks by row of blocks.
      let blocks = 0;
      for (let r = 0; r * 128 < length; r++) {
        let first = r;
        for (let d = 0; d < lengths.length; d++) {
          if (ends[d]! < (r + 1) * 128 && ends[d + 1]! > r * 128)
            first = Math.min(first, Math.floor(ends[d]! / 128));
        }
        blocks += r - first + 1;
      }
      expect(maskStatistics(mask)).toMatchObject({ visiblePairs: pairs, visibleBlocks: blocks });
    },
  );
});
