#!/usr/bin/env node
// Builds a native addon with nothing but a C++17 compiler: no node-gyp, Python, make or Node headers.
//
//   node tools/build-native.mjs cpu                          for this machine, into packages/cpu/native/
//   node tools/build-native.mjs cpu --package linux-x64-gnu  into that platform package; skipped on other machines
//
// Objects live in .cache/native and are reused while their flags, compiler and the text of every file that they
// include stay the same. Without a compiler it says so and exits with 0: everything else works without it.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findCompiler, noCompiler } from './toolchain.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Folders with sources, and what the linker needs beyond the C++ library. */
const ADDONS = {
  cpu: {
    sources: ['packages/cpu/addon', 'kernels/cpu', 'tools/native/older-libraries'],
    libraries: ['-pthread'],
  },
  cuda: {
    sources: ['packages/cuda/addon', 'tools/native/older-libraries', 'tools/native/older-loader'],
    libraries: ['-pthread', '-ldl'],
  },
};

/** Flags by the last but one part of a source's name: `spmm.avx2.cc`. null: not for this machine. */
const SIMD_FLAGS = {
  x64: {
    avx2: ['-mavx2', '-mfma', '-mf16c'],
    avx512: [
      ...['-mavx512f', '-mavx512bw', '-mavx512dq', '-mavx512vl', '-mavx2', '-mfma', '-mf16c'],
      '-mprefer-vector-width=512',
    ],
    neon: null,
  },
  arm64: { avx2: null, avx512: null, neon: [] },
};

const COMMON_FLAGS = [
  ...[
    '-std=c++17',
    '-O3',
    '-fPIC',
    '-fvisibility=hidden',
    '-fvisibility-inlines-hidden',
    '-ffp-contract=off',
  ],
  ...['-fno-math-errno', '-Wall', '-Wextra', '-DNAPI_VERSION=8', '-DNAPI_CPP_EXCEPTIONS'],
  // An error that arises while a worker is being terminated has nobody to go to, and must not end the process.
  '-DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
  // GCC's own AVX-512 headers trip this one.
  '-Wno-maybe-uninitialized',
];

const LINK_FLAGS =
  process.platform === 'darwin'
    ? ['-bundle', '-undefined', 'dynamic_lookup']
    : // nodelete: threads of the addon may outlive the worker whose end would unload it.
      ['-shared', '-Wl,-z,nodelete', '-s'];

async function main(args) {
  const [name, option, packageTarget] = args;
  const addon = ADDONS[name];
  if (addon === undefined || (option !== undefined && (option !== '--package' || !packageTarget))) {
    console.error(`Expected ADDON [--package TARGET], ADDON one of ${Object.keys(ADDONS).join(', ')}`);
    return 2;
  }
  const skipped = (reason) => {
    console.error(`The ${name} addon is not built: ${reason}`);
    return 0;
  };
  const target = hostTarget();
  if (packageTarget !== undefined && packageTarget !== target) {
    return skipped(`this machine is ${target}, not ${packageTarget}`);
  }
  if (process.platform === 'win32') return skipped('there is no build for Windows yet');
  const compiler = findCompiler();
  if (compiler === undefined) return skipped(noCompiler());
  const output = join(
    root,
    'packages',
    name,
    packageTarget === undefined ? 'native' : `platforms/${packageTarget}`,
    `sparsek_${name}.node`,
  );
  return build({ name, addon, target, compiler, output });
}

function hostTarget() {
  const glibc = process.report?.getReport?.().header.glibcVersionRuntime !== undefined;
  const libc = process.platform !== 'linux' ? '' : glibc ? '-gnu' : '-musl';
  return `${process.platform}-${process.arch}${libc}`;
}

async function build({ name, addon, target, compiler, output }) {
  const start = performance.now();
  const cache = join(root, '.cache', 'native', name, target);
  mkdirSync(cache, { recursive: true });
  const flags = [
    ...COMMON_FLAGS,
    ...includeFolders().map((folder) => `-I${folder}`),
    ...(process.env.CXXFLAGS ?? '').split(/\s+/).filter(Boolean),
  ];
  const jobs = addon.sources.flatMap(sourcesIn).flatMap((source) => {
    const simd = simdFlags(source);
    if (simd === null) return [];
    const object = join(cache, `${relative(root, source).replaceAll('/', '__')}.o`);
    return [{ source, object, args: [...compiler.args, ...flags, ...simd] }];
  });
  const stale = jobs.filter((job) => !isFresh(job, compiler));
  await inParallel(stale, Math.max(2, availableParallelism()), (job) => compile(job, compiler));
  const link = [
    ...compiler.args,
    ...jobs.map((job) => job.object),
    ...LINK_FLAGS,
    ...addon.libraries,
    ...(process.env.LDFLAGS ?? '').split(/\s+/).filter(Boolean),
  ];
  const linkKey = hash(
    JSON.stringify([compiler.version, link, jobs.map((job) => hash(readFileSync(job.object)))]),
  );
  const linked = join(cache, basename(output));
  const keyFile = `${linked}.key`;
  if (!existsSync(linked) || !existsSync(keyFile) || readFileSync(keyFile, 'utf8') !== linkKey) {
    await runCompiler(compiler, [...link, '-o', linked]);
    writeFileSync(keyFile, linkKey);
  }
  // Under a temporary name first: a process that has the old file loaded keeps it.
  mkdirSync(dirname(output), { recursive: true });
  copyFileSync(linked, `${output}.part`);
  renameSync(`${output}.part`, output);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.error(
    `${relative(root, output)}: ${stale.length} of ${jobs.length} sources compiled, ${seconds} s`,
  );
  return 0;
}

function includeFolders() {
  return ['node-api-headers/include', 'node-addon-api'].map((folder) => join(root, 'node_modules', folder));
}

function sourcesIn(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.cc'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function simdFlags(source) {
  const suffix = basename(source).split('.').at(-2);
  const flags = SIMD_FLAGS[process.arch]?.[suffix];
  // Instruction sets of other machines; `portable` and sources without a suffix are for all.
  if (flags === undefined) return Object.values(SIMD_FLAGS).some((known) => suffix in known) ? null : [];
  return flags;
}

const hash = (data) => createHash('sha256').update(data).digest('hex');

/** Whether an object was made from the same text, flags and compiler. */
function isFresh({ object, args }, compiler) {
  if (!existsSync(object) || !existsSync(`${object}.json`)) return false;
  const { command, inputs } = JSON.parse(readFileSync(`${object}.json`, 'utf8'));
  return (
    command === commandKey(compiler, args) &&
    Object.entries(inputs).every(([path, digest]) => existsSync(path) && hash(readFileSync(path)) === digest)
  );
}

const commandKey = (compiler, args) => JSON.stringify([compiler.command, compiler.version, args]);

async function compile({ source, object, args }, compiler) {
  const dependencies = `${object}.d`;
  await runCompiler(compiler, [...args, '-MMD', '-MF', dependencies, '-c', source, '-o', object]);
  checkSymbols(source, object);
  // "object: source header header \<newline> header"; spaces inside names are escaped by a backslash.
  const listed = readFileSync(dependencies, 'utf8').replaceAll('\\\n', ' ');
  const paths = listed.slice(listed.indexOf(': ') + 2).match(/(?:\\ |\S)+/g) ?? [];
  const inputs = paths
    .map((path) => path.replaceAll('\\ ', ' '))
    .map((path) => [path, hash(readFileSync(path))]);
  writeFileSync(
    `${object}.json`,
    JSON.stringify({ command: commandKey(compiler, args), inputs: Object.fromEntries(inputs) }),
  );
}

/**
 * Of equal inline functions the linker keeps one copy, perhaps the one that was compiled for AVX-512, for everybody. So
 * sources of one instruction set may share no function: what they define lies in a namespace of that set.
 */
function checkSymbols(source, object) {
  const suffix = basename(source).split('.').at(-2);
  if (!Object.values(SIMD_FLAGS).some((known) => suffix in known)) return;
  const { status, stdout } = spawnSync('nm', ['--defined-only', object], { encoding: 'utf8' });
  if (status !== 0) return;
  const shared = stdout
    .split('\n')
    .map((line) => line.split(' '))
    .filter(
      ([, type, symbol]) => /^[WVu]$/.test(type ?? '') && !symbol.includes(`${suffix.length}${suffix}`),
    );
  if (shared.length === 0) return;
  throw new Error(
    `${relative(root, source)} defines functions that other instruction sets may end up calling: ` +
      shared.map(([, , symbol]) => symbol).join(', '),
  );
}

function runCompiler(compiler, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(compiler.command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${compiler.command} ${args.at(-1)} failed with exit code ${code}`));
    });
  });
}

async function inParallel(items, width, run) {
  let next = 0;
  const lane = async () => {
    while (next < items.length) await run(items[next++]);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
