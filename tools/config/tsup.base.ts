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
      // What is disposed is a `Disposable`, which compilers know only where a project asks for it or has Node's types.
      banner: '/// <reference lib="esnext.disposable" />',
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
