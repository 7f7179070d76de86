import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** Tests run from the sources of every workspace package, so that no build is needed first. */
const conditions = ['@sparsek/source'];

export function packageTests(overrides: ViteUserConfig['test'] = {}): ViteUserConfig {
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
      ...overrides,
    },
  });
}
