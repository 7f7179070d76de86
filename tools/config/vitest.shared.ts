import { fileURLToPath } from 'node:url';
import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** Tests run from the sources of every workspace package, so that no build is needed first. */
const conditions = ['@sparsek/source'];

const temporaryRoot = fileURLToPath(new URL('temporary-root.ts', import.meta.url));

export function packageTests(overrides: ViteUserConfig['test'] = {}): ViteUserConfig {
  const { globalSetup = [], ...others } = overrides;
  return defineConfig({
    resolve: { conditions },
    ssr: { resolve: { conditions, externalConditions: conditions } },
    test: {
      include: ['test/**/*.test.ts'],
      // vmThreads and vmForks give native errors another realm's classes.
      pool: 'forks',
      execArgv: ['--conditions=@sparsek/source'],
      reporters: ['default', ['json', { outputFile: '.reports/vitest.json' }]],
      // Generous: a slow machine is no failure, and whatever hangs is caught all the same.
      testTimeout: 60_000,
      hookTimeout: 120_000,
      ...others,
      globalSetup: [temporaryRoot, globalSetup].flat(),
    },
  });
}
