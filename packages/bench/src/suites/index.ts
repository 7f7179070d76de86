import { attentionSuite } from './attention.js';
import { attentionLongSuite } from './attention-long.js';
import { cpuSuite } from './cpu.js';
import { crossoverSuite } from './crossover.js';
import { formatsSuite } from './formats.js';
import { gemmLargeSuite, gemmSuite } from './gemm.js';
import { hostSuite } from './host.js';
import { memorySuite } from './memory.js';
import { scalingSuite } from './scaling.js';
import type { SuiteMaker } from './suite-maker.js';

const FIXED: readonly SuiteMaker[] = [
  gemmSuite,
  gemmLargeSuite,
  attentionSuite,
  attentionLongSuite,
  cpuSuite,
  formatsSuite,
].map((suite) => () => suite);

/** Suites that come with the package, by the name that the command line takes. */
export const SUITES: ReadonlyMap<string, SuiteMaker> = new Map(
  [...FIXED, hostSuite, scalingSuite, crossoverSuite, memorySuite].map((make) => [make('cpu').name, make]),
);
