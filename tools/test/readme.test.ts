import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { examplesIn } from '../config/examples.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sparsek-readme-'));
// Examples resolve the built packages, as a user's program does.
symlinkSync(join(root, 'tools/node_modules'), join(folder, 'node_modules'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`),
  ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`),
].filter((page) => page.endsWith('.md') && existsSync(join(root, page)));

/** The examples of all pages in one language, each with a name that says where it stands. */
function examples(language: string) {
  return pages.flatMap((page) => {
    const found = examplesIn(readFileSync(join(root, page), 'utf8'), language);
    return found.map((code, index) => [`${page}, ${language} example ${index + 1}`, code] as const);
  });
}

const fileFor = (name: string, extension: string) =>
  join(folder, `${name.replaceAll(/[^\w]+/g, '-')}.${extension}`);

describe('the documentation', () => {
  it('has a page about every package', () => {
    const without = readdirSync(join(root, 'packages')).filter(
      (name) => !pages.includes(`packages/${name}/README.md`),
    );
    expect(without).toEqual([]);
  });

  it.each(examples('js'))('%s runs', (name, code) => {
    const file = fileFor(name, 'mjs');
    writeFileSync(file, code);
    const output = execFileSync(process.execPath, [file], { cwd: folder, encoding: 'utf8' });
    expect(output.trim()).not.toBe('');
  });

  // Those of packages also run, in the packages' own tests; some of the rest need a GPU.
  it('has TypeScript examples that compile', () => {
    const files = examples('ts').map(([name, code]) => {
      const file = fileFor(name, 'mts');
      // Without an import or export TypeScript takes a file for a script, whose names all scripts share.
      writeFileSync(file, `${code}\nexport {};\n`);
      return file;
    });
    expect(files.length).toBeGreaterThan(10);
    const typeRoots = [join(root, 'node_modules/@types')];
    const lib = ['es2022', 'esnext.disposable'];
    const strict = { strict: true, skipLibCheck: true, noEmit: true, target: 'es2022', module: 'nodenext' };
    const config = { compilerOptions: { ...strict, lib, types: ['node'], typeRoots }, files };
    const project = join(folder, 'project');
    mkdirSync(project);
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(config));
    const { stdout } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', project], { encoding: 'utf8' });
    expect(stdout).toBe('');
  });
});
