import type { Suite } from '../case/schema.js';
import { attentionSuite } from './attention.js';
import { cpuSuite } from './cpu.js';
import { formatsSuite } from './formats.js';
import { gemmLargeSuite, gemmSuite } from './gemm.js';

/** Suites that come with the package, by the name that the command line takes. */
export const SUITES: ReadonlyMap<string, Suite> = new Map(
  [gemmSuite, gemmLargeSuite, attentionSuite, cpuSuite, formatsSuite].map((suite) => [suite.name, suite]),
);
