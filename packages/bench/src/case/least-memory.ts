import { totalmem } from 'node:os';
import { BYTES_PER_ELEMENT, OutOfMemoryError } from '@sparsek/types';
import { formatMebibytes } from '../report/figures.js';
import type { BenchCase } from './schema.js';

const MIB = 2 ** 20;

/** Bytes of the inputs and the output of a case, about; whoever computes it needs more. */
export function leastMemory(benchCase: BenchCase): number {
  const bytes = BYTES_PER_ELEMENT[benchCase.dtype];
  switch (benchCase.operation) {
    case 'spmm': {
      const { m, k, n, pattern } = benchCase;
      return bytes * (pattern.density * m * k + k * n + m * n);
    }
    case 'attention': {
      const { batch, heads, kvHeads, headDim, queryLength, keyLength } = benchCase;
      return bytes * 2 * batch * headDim * (heads * queryLength + kvHeads * keyLength);
    }
    case 'convert': {
      const { m, k, pattern } = benchCase;
      return bytes * (2 * pattern.density + 2) * m * k;
    }
  }
}

/**
 * Before anything runs: a system may hand out more memory than it has, and end the process once it is used.
 *
 * @throws OutOfMemoryError naming the first case that this machine's memory cannot hold.
 */
export function refuseTooLarge(cases: readonly BenchCase[], memoryBytes = totalmem()): void {
  for (const benchCase of cases) {
    const requested = leastMemory(benchCase);
    if (requested <= memoryBytes) continue;
    const [wanted, there] = [requested, memoryBytes].map((bytes) => formatMebibytes(bytes / MIB));
    throw new OutOfMemoryError(
      `${benchCase.name}: Expected a case that fits this machine's memory (${there}) but inputs and output take ${wanted}`,
      { requested },
    );
  }
}
