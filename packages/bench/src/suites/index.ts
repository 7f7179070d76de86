import type { Suite } from '../case/schema.js';
import { cpuSuite } from './cpu.js';
import { formatsSuite } from './formats.js';

/** Suites that come with the package, by the name that the command line takes. */
export const SUITES: ReadonlyMap<string, Suite> = new Map(
  [cpuSuite, formatsSuite].map((suite) => [suite.name, suite]),
);
