import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

/** The fenced code of one language in a Markdown text, in order. */
export function examplesIn(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(
    (match) => match[1]!,
  );
}

/**
 * Tests that every TypeScript example of the README and of further pages runs and prints something.
 *
 * @param testUrl `import.meta.url` of a test file in the package's `test`; the examples resolve packages from there.
 * @param pages paths relative to the package.
 */
export function testExamples(testUrl: string, pages: readonly string[] = []): void {
  const root = fileURLToPath(new URL('..', testUrl));
  const folder = join(root, '.cache/readme');
  const files = ['README.md', ...pages];
  const examples = files.flatMap((file) => examplesIn(readFileSync(join(root, file), 'utf8'), 'ts'));

  describe('the examples of the documentation', () => {
    beforeAll(() => {
      mkdirSync(folder, { recursive: true });
    });
    afterAll(() => {
      rmSync(folder, { recursive: true, force: true });
    });

    it('are found', () => {
      expect(examples.length).toBeGreaterThanOrEqual(files.length);
    });

    it.each(examples.map((code, number) => [number + 1, code] as const))(
      'example %i runs',
      async (number, code) => {
        const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
        try {
          const file = join(folder, `example-${number}.ts`);
          writeFileSync(file, code);
          await import(pathToFileURL(file).href);
          expect(log).toHaveBeenCalled();
        } finally {
          log.mockRestore();
        }
      },
    );
  });
}
