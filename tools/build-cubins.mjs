// Compiles every module of kernels/cuda/manifest.json into packages/cuda/cubins and reports the kernels' health.
//
//   node tools/build-cubins.mjs [--only NAME] [--force]
//
// A module whose sources, flags and compiler are those of the file that is there is not compiled again. Fails on a
// compiler error, on spills or a stack frame in a module marked hot, on serialised wgmma or an ignored register hint
// (ptxas C7504-C7516, C7518, C7520), and when the compiled kernels are not those that the manifest names. Without nvcc it
// says so and succeeds: the package works without kernels, on the CPU.
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = join(root, 'kernels', 'cuda');
const OUTPUT = join(root, 'packages', 'cuda', 'cubins');
const NVCC = process.env.NVCC ?? 'nvcc';
const FLAGS = ['-std=c++17', '-O3', '-Xptxas', '-v,-warn-spills,-warn-lmem-usage'];
/**
 * Targets of the manifest. A fatbin holds code for several chips and PTX for those that come later, which compress to a
 * fifth; the driver unpacks them as it loads a module.
 */
const TARGETS = {
  sm_90a: { extension: 'cubin', flags: ['-cubin', '-gencode', 'arch=compute_90a,code=sm_90a'] },
  portable: {
    extension: 'fatbin',
    flags: [
      ...['-fatbin', '--compress-mode=size'],
      ...['-gencode', 'arch=compute_80,code=[sm_80,compute_80]'],
      ...['-gencode', 'arch=compute_90,code=sm_90'],
    ],
  },
};
/** wgmma serialised, or a register hint ignored: the kernel would run at half speed. */
const FATAL_ADVISORY = /\(C75(?:0[4-9]|1[0-6]|18|20)\)/;

const run = promisify(execFile);

/** `a_{1,2}_{x,y}` names a_1_x, a_1_y, a_2_x and a_2_y. */
export function expandBraces(pattern) {
  const match = /\{([^{}]*)\}/.exec(pattern);
  if (match === null) return [pattern];
  const [before, after] = [pattern.slice(0, match.index), pattern.slice(match.index + match[0].length)];
  return match[1].split(',').flatMap((choice) => expandBraces(before + choice + after));
}

/** The file and everything that it includes by quotes, sorted. */
export function includeClosure(file, seen = new Set()) {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, name] of readFileSync(file, 'utf8').matchAll(/^\s*#include "([^"]+)"/gm)) {
    includeClosure(resolve(dirname(file), name), seen);
  }
  return seen;
}

/** What `ptxas -v` says of each kernel, and its advisories. A fatbin's kernels appear once a target. */
export function parsePtxas(text) {
  const kernels = [];
  const advisories = [];
  for (const line of text.split('\n')) {
    const entry = /Compiling entry function '([^']+)' for '([^']+)'/.exec(line);
    if (entry !== null)
      kernels.push({ name: entry[1], target: entry[2], stackBytes: 0, spillBytes: 0, registers: 0 });
    const current = kernels.at(-1);
    const frame = /(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads/.exec(line);
    if (frame !== null && current !== undefined) {
      current.stackBytes = Number(frame[1]);
      current.spillBytes = Number(frame[2]) + Number(frame[3]);
    }
    const used = /Used (\d+) registers(?:, used (\d+) barriers)?(?:.*?(\d+) bytes smem)?/.exec(line);
    if (used !== null && current !== undefined) {
      current.registers = Number(used[1]);
      current.barriers = Number(used[2] ?? 0);
      current.staticSharedBytes = Number(used[3] ?? 0);
    }
    if (/\(C75\d\d\)/.test(line)) advisories.push(line.trim());
  }
  return { kernels, advisories };
}

/** Reasons to reject a compiled module; empty when it is healthy. */
export function healthProblems(module, { kernels, advisories }) {
  const problems = advisories.filter((line) => FATAL_ADVISORY.test(line));
  if (module.hot === true) {
    for (const kernel of kernels) {
      if (kernel.spillBytes > 0)
        problems.push(`${kernel.name}: ${kernel.spillBytes} bytes of register spills`);
      if (kernel.stackBytes > 0) problems.push(`${kernel.name}: a stack frame of ${kernel.stackBytes} bytes`);
    }
  }
  const expected = new Set(module.kernels.flatMap(expandBraces));
  const compiled = new Set(kernels.map((kernel) => kernel.name));
  for (const name of expected)
    if (!compiled.has(name)) problems.push(`${name}: in the manifest but not in the source`);
  for (const name of compiled)
    if (!expected.has(name)) problems.push(`${name}: in the source but not in the manifest`);
  return problems;
}

const fileOf = (module) => `${module.name}.${TARGETS[module.target].extension}`;

/** Compiled kernels among the files of a folder that no module of the manifest makes any more. */
export function staleFiles(present, modules) {
  const made = new Set(modules.map(fileOf));
  return present.filter((file) => /\.(cubin|fatbin)$/.test(file) && !made.has(file));
}

function sourceHash(module, compiler) {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([compiler, FLAGS, TARGETS[module.target].flags, module.defines ?? {}]));
  for (const file of [...includeClosure(join(SOURCES, module.source))].sort()) {
    hash.update(`\0${relative(SOURCES, file)}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}

async function compile(module, compiler, before, force) {
  const target = TARGETS[module.target];
  const file = fileOf(module);
  const path = join(OUTPUT, file);
  const sources = sourceHash(module, compiler);
  if (!force && before?.sources === sources && existsSync(path))
    return { ...before, problems: [], fresh: false };
  const defines = Object.entries(module.defines ?? {}).map(([name, value]) => `-D${name}=${value}`);
  const temporary = `${path}.tmp${process.pid}`;
  const source = join(SOURCES, module.source);
  try {
    const { stdout, stderr } = await run(
      NVCC,
      [...target.flags, ...FLAGS, ...defines, '-o', temporary, source],
      {
        maxBuffer: 1 << 26,
      },
    );
    const report = parsePtxas(stdout + stderr);
    const problems = healthProblems(module, report);
    if (problems.length === 0) renameSync(temporary, path);
    const sha256 =
      problems.length === 0 ? createHash('sha256').update(readFileSync(path)).digest('hex') : null;
    return {
      name: module.name,
      file,
      target: module.target,
      sources,
      sha256,
      ...report,
      problems,
      fresh: true,
    };
  } catch (error) {
    if (error.stderr === undefined) throw error;
    return { name: module.name, file, problems: [`nvcc failed\n${error.stderr.trim()}`], fresh: true };
  } finally {
    rmSync(temporary, { force: true });
  }
}

function compilerVersion() {
  try {
    return execFileSync(NVCC, ['--version'], { encoding: 'utf8' }).trim().split('\n').at(-1);
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function readJson(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

async function main(args) {
  const compiler = compilerVersion();
  if (compiler === undefined) {
    console.log(`build-cubins: no ${NVCC} found, so no CUDA kernels were built (CUDA 12.8 or newer has it)`);
    return 0;
  }
  const only = args.includes('--only') ? args[args.indexOf('--only') + 1] : undefined;
  const { modules } = readJson(join(SOURCES, 'manifest.json'));
  const chosen = modules.filter((module) => only === undefined || module.name.includes(only));
  mkdirSync(OUTPUT, { recursive: true });
  for (const file of staleFiles(readdirSync(OUTPUT), modules)) rmSync(join(OUTPUT, file));
  const before = new Map(
    (readJson(join(OUTPUT, 'manifest.json'))?.modules ?? []).map((built) => [built.name, built]),
  );
  const queue = [...chosen];
  const results = [];
  const worker = async () => {
    for (let module = queue.shift(); module !== undefined; module = queue.shift()) {
      const built = await compile(module, compiler, before.get(module.name), args.includes('--force'));
      results.push(built);
      if (built.fresh)
        console.log(`build-cubins: ${built.name} ${built.problems.length === 0 ? 'ok' : 'FAILED'}`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), chosen.length) }, worker));

  const good = results.filter((built) => built.problems.length === 0);
  for (const built of good) before.set(built.name, built);
  const kept = modules.map((module) => before.get(module.name)).filter((built) => built !== undefined);
  const listed = kept.map(({ problems: _, fresh: __, ...rest }) => rest);
  writeFileSync(join(OUTPUT, 'manifest.json'), `${JSON.stringify({ compiler, modules: listed }, null, 1)}\n`);
  const kernels = listed.flatMap((built) =>
    built.kernels.map((kernel) => ({ module: built.name, ...kernel })),
  );
  const advisories = listed.flatMap((built) => built.advisories);
  writeFileSync(
    join(OUTPUT, 'health.json'),
    `${JSON.stringify({ compiler, kernels, advisories }, null, 1)}\n`,
  );
  const bad = results.filter((built) => built.problems.length > 0);
  for (const built of bad) console.error(`build-cubins: ${built.name}\n  ${built.problems.join('\n  ')}`);
  if (bad.length === 0)
    console.log(
      `build-cubins: ${listed.length} modules, ${kernels.length} kernels in ${relative(root, OUTPUT)}`,
    );
  return bad.length === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2));
