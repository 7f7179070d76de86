#!/usr/bin/env node
// Runs on a GPU machine, inside the bundle: validation, memory and race checks, benchmarks. Writes one JSON file.
// Needs nothing but Node and what lies beside it; what a machine lacks is recorded as skipped, with the reason.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const app = dirname(fileURLToPath(import.meta.url));
const commandLine = join(app, 'bin.js');
const scratch = mkdtempSync(join(tmpdir(), 'sparsek-evidence-'));

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** Of the validation: quick, thorough, or none for a run that completes another one. */
    level: { type: 'string', default: 'thorough' },
    suites: { type: 'string', default: 'gemm,gemm-large,attention,attention-long' },
    sanitizers: { type: 'string', default: 'memcheck,racecheck,initcheck,synccheck' },
    /** Seconds that one step may take. A benchmark begins no case in the last of them, so that it ends by itself. */
    limit: { type: 'string', default: '600' },
  },
});
const [out] = positionals;
if (!out) {
  console.error(
    'Expected the file to write: evidence OUT [--level quick] [--suites gemm] [--sanitizers memcheck]',
  );
  process.exit(2);
}
const limitMs = 1000 * Number(options.limit);
const list = (text) => text.split(',').filter((name) => name !== '');

/** Runs the bundled command line; `report` is the file that it was told to write. */
function sparsek(args, report) {
  return finish(`sparsek ${args.join(' ')}`, process.execPath, [commandLine, ...args], report);
}

function finish(command, program, args, report) {
  console.error(`> ${command}`);
  const start = performance.now();
  const { status, signal, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    timeout: limitMs,
    maxBuffer: 1 << 28,
  });
  const seconds = (performance.now() - start) / 1000;
  const tail = `${stdout ?? ''}${stderr ?? ''}`.trim().split('\n').slice(-12).join('\n');
  console.error(tail);
  const outcome = { command, seconds, exitCode: status, ...(status === 0 ? {} : { output: tail }) };
  if (error?.code === 'ENOENT') return { command, skipped: `${program} is not on this machine` };
  if (error || signal) return { ...outcome, failed: error?.message ?? `ended by ${signal}` };
  if (report === undefined) return outcome;
  try {
    return { ...outcome, report: JSON.parse(readFileSync(report, 'utf8')) };
  } catch (problem) {
    return { ...outcome, failed: `no report: ${problem.message}` };
  }
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

/** Checks that the sanitizers repeat: slow, so the quick level and the operations with kernels of their own. */
const SANITIZED = ['spmm', 'attention'];

function sanitize(tool, operation) {
  const sanitizer = ['--tool', tool, '--target-processes', 'all', '--error-exitcode', '99'];
  const validation = ['validate', '--backend', 'cuda', '--only', operation, '--level', 'quick'];
  const args = [...sanitizer, process.execPath, commandLine, ...validation];
  const outcome = finish(
    `compute-sanitizer ${tool}: sparsek ${validation.join(' ')}`,
    'compute-sanitizer',
    args,
  );
  return { tool, operation, ...outcome };
}

/** The longest cases, with what starting and compiling takes. */
const SECONDS_OF_A_CASE = 30;

function benchmark(suite) {
  const report = join(scratch, `${suite}.json`);
  const limit = Math.max(1, Number(options.limit) - SECONDS_OF_A_CASE);
  const command = ['bench', suite, '--backend', 'cuda', '--peers', '--limit', `${limit}`, '--json', report];
  return { suite, ...sparsek(command, report) };
}

const gpu = queryGpu();
function validate(level) {
  const command = ['validate', '--backend', 'cuda', '--level', level];
  if (level === 'none') return { command: 'validate', skipped: 'not asked for' };
  const report = join(scratch, 'validation.json');
  return compactValidation(sparsek([...command, '--json', report], report));
}

const evidence = {
  format: 'sparsek-evidence-1',
  date: new Date().toISOString(),
  gpu: gpu.name || 'unknown',
  gpuDetails: gpu,
  sourceHash: readFileSync(join(app, 'source-hash'), 'utf8').trim(),
  validation: validate(options.level),
  benchmarks: list(options.suites).map(benchmark),
  sanitizers: list(options.sanitizers).flatMap((tool) =>
    SANITIZED.map((operation) => sanitize(tool, operation)),
  ),
};
rmSync(scratch, { recursive: true, force: true });
writeFileSync(`${out}.part`, `${JSON.stringify(evidence, null, 1)}\n`);
renameSync(`${out}.part`, out);
const failed = [evidence.validation, ...evidence.benchmarks, ...evidence.sanitizers].filter(
  (step) => step.failed || (step.exitCode ?? 0) !== 0,
);
for (const step of failed)
  console.error(`FAILED ${step.command}: ${step.failed ?? `exit code ${step.exitCode}`}`);
process.exit(failed.length > 0 ? 1 : 0);
