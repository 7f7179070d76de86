import type { BenchCase } from '../case/schema.js';

/** What a profiler's timeline calls a contestant's turns in a case, whichever process takes them. */
export function turnName(benchCase: BenchCase, contestant: { readonly name: string }): string {
  return `${benchCase.name}: ${contestant.name}`;
}
