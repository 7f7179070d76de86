import type { Options } from 'tsup';

/** What every published package has in common: ES modules for the oldest supported Node, with types. */
export function library(entry: Record<string, string>): Options {
  return {
    entry,
    format: 'esm',
    target: 'node20',
    clean: true,
    sourcemap: true,
    treeshake: true,
    dts: {
      // tsup bundles one entry at a time and knows nothing of project references.
      compilerOptions: {
        composite: false,
        incremental: false,
        ignoreDeprecations: '6.0',
        customConditions: [],
      },
    },
  };
}
