#!/usr/bin/env node
// Runs on a GPU machine, inside the bundle: validation, memory and race checks, benchmarks. Writes one JSON file.
// Needs nothing but Node and what lies beside it; what a machine lacks is recorded as skipped, with the reason.
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const app = dirname(fileURLToPath(import.meta.url));
const commandLine = join(app, 'bin.js');
const scratch = mkdtempSync(join(tmpdir(), 'sparsek-evidence-'));

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** Names of VALIDATIONS; none for a run that completes another one. */
    validations: { type: 'string', default: 'thorough,portable' },
    suites: { type: 'string', default: 'gemm,gemm-large,attention,attention-long,crossover,scaling,host' },
    sanitizers: { type: 'string', default: 'memcheck,racecheck,initcheck,synccheck' },
    /** Whether to make the checks of dist-gpu/devices, and to measure the building blocks. */
    devices: { type: 'boolean', default: false },
    /** Seconds that one step may take. A benchmark begins no case in the last of them, so that it ends by itself. */
    limit: { type: 'string', default: '600' },
  },
});
const [out] = positionals;
if (!out) {
  console.error(
    'Expected the file to write: evidence OUT [--validations quick] [--suites gemm] [--sanitizers memcheck]',
  );
  process.exit(2);
}
const limitMs = 1000 * Number(options.limit);
const list = (text) => text.split(',').filter((name) => name !== '');

/** Runs the bundled command line; `report` is the file that it was told to write. */
function sparsek(args, report, environment = {}, timeout = limitMs) {
  const set = Object.entries(environment).map(([name, value]) => `${name}=${value} `);
  const command = `${set.join('')}sparsek ${args.join(' ').replaceAll(`${scratch}/`, '')}`;
  return finish(command, process.execPath, [commandLine, ...args], { report, environment, timeout });
}

/** Runs a program; its last lines are kept when it fails, all of them when `keep` is set. */
function finish(command, program, args, step = {}) {
  const { report, environment = {}, keep = false, timeout = limitMs } = step;
  console.error(`> ${command}`);
  const start = performance.now();
  const options = { timeout, maxBuffer: 1 << 28, env: { ...process.env, ...environment } };
  return new Promise((resolve) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      const seconds = (performance.now() - start) / 1000;
      const tail = `${stdout}${stderr}`.trim().split('\n').slice(-12).join('\n');
      console.error(`< ${command}: ${seconds.toFixed(0)} s\n${tail}`);
      const output = keep ? stdout : error ? tail : undefined;
      resolve(outcomeOf({ command, seconds, error, output, program, report }));
    });
  });
}

function outcomeOf({ command, seconds, error, output, program, report }) {
  if (error?.code === 'ENOENT') return { command, skipped: `${program} is not on this machine` };
  const exitCode = typeof error?.code === 'number' ? error.code : 0;
  const outcome = { command, seconds, exitCode, ...(output !== undefined && { output }) };
  if (error?.signal) return { ...outcome, exitCode: null, failed: `ended by ${error.signal}` };
  if (error && exitCode === 0) return { ...outcome, exitCode: null, failed: error.message };
  if (report === undefined) return outcome;
  try {
    return { ...outcome, report: JSON.parse(readFileSync(report, 'utf8')) };
  } catch (problem) {
    return { ...outcome, failed: `no report: ${problem.message}` };
  }
}

/** Checks side by side, as many as there are processors: only benchmarks need the machine for themselves. */
async function sideBySide(checks) {
  const waiting = [...checks.entries()];
  const outcomes = [];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) outcomes[next[0]] = await next[1]();
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return outcomes;
}

function queryGpu() {
  const fields = ['name', 'driver_version', 'memory.total', 'clocks.max.sm', 'power.limit'];
  const { stdout } = spawnSync('nvidia-smi', [`--query-gpu=${fields}`, '--format=csv,noheader'], {
    encoding: 'utf8',
  });
  const values = (stdout ?? '').split('\n', 1)[0].split(', ');
  return Object.fromEntries(fields.map((field, index) => [field, values[index] ?? 'unknown']));
}

/** The part of a conformance report that is worth keeping for every check. */
function compactValidation({ report, ...outcome }) {
  if (!report) return outcome;
  const { device, level, seed, totals, cases } = report;
  const checks = cases.map(({ name, status, error, bound, reason }) => ({
    name,
    status,
    error,
    bound,
    reason,
  }));
  return { ...outcome, device, level, seed, totals, checks };
}

/** On Hopper the portable kernels take what the others cannot, so they get a run of their own. */
const PORTABLE = { SPARSEK_CUDA_KERNELS: 'portable' };
const VALIDATIONS = {
  quick: { args: ['--level', 'quick'] },
  thorough: { args: ['--level', 'thorough'] },
  portable: { args: ['--level', 'quick'], environment: PORTABLE },
  'portable-thorough': { args: ['--level', 'thorough'], environment: PORTABLE },
};

async function validate(name) {
  if (!(name in VALIDATIONS)) throw new Error(`Expected ${Object.keys(VALIDATIONS)} but received "${name}"`);
  const { args, environment } = VALIDATIONS[name];
  const report = join(scratch, `validation-${name}.json`);
  const command = ['validate', '--backend', 'cuda', ...args, '--json', report];
  return compactValidation(await sparsek(command, report, environment));
}

/** What the sanitizers repeat. Races take them longest to look for, so less of it and in several processes. */
const SANITIZED = {
  memcheck: [
    ['spmm', 'thorough'],
    ['spmm', 'quick', PORTABLE],
    ['attention', 'quick'],
    ['attention', 'quick', PORTABLE],
  ],
  racecheck: [
    ['spmm', 'quick'],
    ['blocks of 128, more tiles than multiprocessors', 'thorough'],
    ['blocks of 64, more tiles than multiprocessors', 'thorough'],
    ['blocks of 32, more tiles than multiprocessors', 'thorough'],
    ['blocks of 16, more tiles than multiprocessors', 'thorough'],
    ['attention f16', 'quick'],
    ['attention bf16', 'quick'],
    ['attention f32', 'quick'],
  ],
  initcheck: [
    ['spmm', 'quick'],
    ['attention', 'quick'],
  ],
  synccheck: [
    ['spmm', 'quick'],
    ['attention', 'quick'],
  ],
};

async function sanitize(tool, [only, level, environment = {}]) {
  const sanitizer = ['--tool', tool, '--target-processes', 'all', '--error-exitcode', '99'];
  const validation = ['validate', '--backend', 'cuda', '--only', only, '--level', level];
  const args = [...sanitizer, process.execPath, commandLine, ...validation];
  const kernels = environment === PORTABLE ? ', portable kernels' : '';
  const command = `compute-sanitizer ${tool}: sparsek ${validation.join(' ')}${kernels}`;
  const outcome = await finish(command, 'compute-sanitizer', args, { environment });
  return { tool, checks: `${only}, ${level}${kernels}`, ...outcome };
}

/** The longest cases, with what starting and compiling takes. */
const SECONDS_OF_A_CASE = 30;

async function benchmark(suite) {
  const report = join(scratch, `${suite}.json`);
  const limit = Math.max(1, Number(options.limit) - SECONDS_OF_A_CASE);
  const command = ['bench', suite, '--backend', 'cuda', '--peers', '--limit', `${limit}`, '--json', report];
  return { suite, ...(await sparsek(command, report)) };
}

/** A second's work; a kernel that hangs must not cost more than a minute. */
const LIMITS_TIMEOUT_MS = 60_000;

function measureLimits() {
  const report = join(scratch, 'limits.json');
  const command = ['bench', 'limits', '--backend', 'cuda', '--json', report];
  return sparsek(command, report, {}, LIMITS_TIMEOUT_MS);
}

const checkDevices = () => finish('devices', process.execPath, [join(app, 'devices.js')], { keep: true });

const gpu = queryGpu();
const validations = list(options.validations);
const sanitizers = list(options.sanitizers).flatMap((tool) =>
  (SANITIZED[tool] ?? [['spmm', 'quick']]).map((wanted) => [tool, wanted]),
);
const checked = await sideBySide([
  ...validations.map((name) => () => validate(name)),
  ...sanitizers.map(
    ([tool, wanted]) =>
      () =>
        sanitize(tool, wanted),
  ),
]);
const evidence = {
  format: 'sparsek-evidence-2',
  date: new Date().toISOString(),
  gpu: gpu.name || 'unknown',
  gpuDetails: gpu,
  sourceHash: readFileSync(join(app, 'source-hash'), 'utf8').trim(),
  validations: checked.slice(0, validations.length),
  sanitizers: checked.slice(validations.length),
  devices: [],
  limits: [],
  benchmarks: [],
};
if (options.devices) {
  evidence.devices.push(await checkDevices());
  evidence.limits.push(await measureLimits());
}
for (const suite of list(options.suites)) evidence.benchmarks.push(await benchmark(suite));

rmSync(scratch, { recursive: true, force: true });
writeFileSync(`${out}.part`, `${JSON.stringify(evidence, null, 1)}\n`);
renameSync(`${out}.part`, out);
const { validations: held, sanitizers: sanitized, devices, limits, benchmarks } = evidence;
const failed = [...held, ...sanitized, ...devices, ...limits, ...benchmarks].filter(
  (step) => step.failed || (step.exitCode ?? 0) !== 0,
);
for (const step of failed)
  console.error(`FAILED ${step.command}: ${step.failed ?? `exit code ${step.exitCode}`}`);
process.exit(failed.length > 0 ? 1 : 0);
