import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DATA } from '../../../tools/config/real-data.js';
import {
  bsrFromCsr,
  bsrToCsr,
  type CsrMatrix,
  clusterRows,
  permuteCsrRows,
  statistics,
} from '../src/index.js';

/** A pruned layer of the Deep Learning Matrix Collection: "rows, columns, nnz", row offsets, column indices. */
function readLayer(path: string): CsrMatrix<'f32'> {
  const [header, offsets, columns] = readFileSync(path, 'utf8').split('\n');
  const numbers = (line: string) => Int32Array.from(line.trim().split(' ').filter(Boolean), Number);
  const [rows, width] = header!.split(',').map(Number);
  const indices = numbers(columns!);
  return {
    shape: [rows!, width!],
    dtype: 'f32',
    indptr: numbers(offsets!),
    indices,
    values: new Float32Array(indices.length).fill(1),
  };
}

const layer = `${DATA}/dlmc-ffn-nnz159.smtx`;
const missing = !existsSync(layer);
if (missing) console.warn(`skipped: no ${layer} (set SPARSEK_DATA to the folder of real matrices)`);

describe.skipIf(missing)('a pruned transformer layer', () => {
  it('keeps its entries through blocks, and row clustering halves the blocks it needs', () => {
    const csr = readLayer(layer);
    expect([csr.shape, csr.indices.length]).toEqual([[2048, 512], 159]);
    const blocks = bsrFromCsr(csr, [16, 16]);
    expect(bsrToCsr(blocks)).toEqual(csr);
    const { permutation, blocksBefore, blocksAfter } = clusterRows(csr, [16, 16]);
    expect(blocksBefore).toBe(blocks.indices.length);
    expect(blocksAfter).toBeLessThan(blocksBefore / 2);
    const clustered = bsrFromCsr(permuteCsrRows(csr, permutation), [16, 16]);
    expect(statistics(clustered)).toMatchObject({ blocks: blocksAfter, nonzeros: 159 });
  });
});
