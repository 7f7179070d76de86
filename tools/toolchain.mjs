// What turbo's cache cannot see by itself: compilers, which builds depend on, and whatever tests are skipped without. Both
// go into files that the tasks hash.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const FINGERPRINTS = { 'toolchain.json': toolchain, 'machine.json': machine };

/** The C++ compiler's command: $CXX, else g++, c++ or clang++, whichever is found first. */
export function findCompiler(environment = process.env) {
  const candidates = environment.CXX ? [environment.CXX] : ['g++', 'c++', 'clang++'];
  for (const candidate of candidates) {
    const [command, ...args] = candidate.split(/\s+/).filter(Boolean);
    const version = command === undefined ? undefined : firstLine(command, [...args, '--version']);
    if (version !== undefined) return { command, args, version };
  }
  return undefined;
}

/** Why {@link findCompiler} found none, for people. */
export function noCompiler(environment = process.env) {
  return environment.CXX
    ? `the compiler that CXX names, ${environment.CXX}, does not start`
    : 'no C++ compiler was found (g++, c++ or clang++ on PATH, or another one in the variable CXX)';
}

export function toolchain() {
  const compiler = findCompiler();
  return {
    platform: process.platform,
    arch: process.arch,
    glibc: process.report?.getReport?.().header.glibcVersionRuntime ?? null,
    cxx: compiler?.version ?? null,
    nvcc: lastLine(process.env.NVCC ?? 'nvcc', ['--version']) ?? null,
  };
}

/** What tests run on, and what some need: Python with NumPy and SciPy, a browser, a GPU, real matrices. */
export function machine() {
  const versions = "from importlib.metadata import version as v; print(v('numpy'), v('scipy'))";
  return {
    node: process.version,
    python: firstLine('python3', ['--version']) ?? null,
    packages: firstLine('python3', ['-c', versions]) ?? null,
    browsers: ['chromium', 'chromium-browser', 'google-chrome'].filter((name) =>
      existsSync(`/usr/bin/${name}`),
    ),
    gpu: existsSync('/dev/nvidiactl') || existsSync('/dev/dxg'),
    data: existsSync(join(root, '../shared/data')),
  };
}

/** Writes the fingerprints, only where they changed, so that turbo's mtime shortcuts keep working. */
export function writeFingerprints() {
  for (const [name, found] of Object.entries(FINGERPRINTS)) {
    writeIfChanged(join(root, '.cache', name), `${JSON.stringify(found(), null, 2)}\n`);
  }
}

function writeIfChanged(path, text) {
  let before;
  try {
    before = readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  if (before === text) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

const firstLine = (command, args) => output(command, args)?.split('\n')[0];
const lastLine = (command, args) => output(command, args)?.trim().split('\n').at(-1);

/** What a command prints; undefined where it cannot be started or fails. */
function output(command, args) {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
}
