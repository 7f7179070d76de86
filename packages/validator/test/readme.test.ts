import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Case, checkCase, referenceBackend } from '../src/index.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = `${root}.cache/readme/`;
const files = [`${root}README.md`, `${root}../../docs/validation.md`];
const examples = files.flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(/```ts\n(.*?)```/gs)].map((match) => match[1]!),
);

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
        const file = `${folder}example-${number}.ts`;
        writeFileSync(file, code);
        await import(pathToFileURL(file).href);
        expect(log).toHaveBeenCalled();
      } finally {
        log.mockRestore();
      }
    },
  );

  it('of a case replays', async () => {
    const text = /```json\n(.*?)```/s.exec(readFileSync(files[1]!, 'utf8'))?.[1];
    const testCase = JSON.parse(text!) as Case;
    expect(await checkCase(referenceBackend(), testCase, 1)).toMatchObject({ status: 'passed' });
  });
});
