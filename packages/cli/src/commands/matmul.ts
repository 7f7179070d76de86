import type { BlockShape, BsrMatrix, DenseMatrix, Dtype } from '@sparsek/types';
import { Command } from 'commander';
import type { CliContext } from '../context.js';
import { UsageError } from '../exit-codes.js';
import { describeMatrix } from '../files/describe-matrix.js';
import { notes } from '../files/notes.js';
import { type Operand, readOperands } from '../files/operands.js';
import { checkOutputs } from '../files/outputs.js';
import { type BackendOption, backendOption, dtypeOption, parseBlockShape, parseRepeat } from '../options.js';
import { printJson } from '../output/json.js';
import { startProgress } from '../output/progress.js';
import { measure } from '../run/measure.js';
import { type TimingReport, timingFields, timingReport } from '../run/report.js';

interface MatmulOptions {
  readonly backend: BackendOption;
  readonly block?: BlockShape;
  readonly dtype?: Dtype;
  readonly repeat?: number;
  readonly json?: boolean;
}

export function matmulCommand(context: CliContext): Command {
  return new Command('matmul')
    .description('C = A B, where A or B or both are sparse.')
    .argument('A', '.npz, .mtx or .smtx (sparse); .npy, .mtx or .safetensors#NAME (dense)')
    .argument('B', 'likewise')
    .argument('OUT', '.npy (dense) or .npz (BSR); .mtx and .safetensors#NAME also work')
    .addOption(backendOption())
    .addOption(dtypeOption('compute in this type; default: that of A and B, or f32 where they differ'))
    .option('--block <RxC>', 'block shape of sparse operands that have none; default 16x16', parseBlockShape)
    .option('--repeat <N>', 'after a first run, run N times and report the median', parseRepeat)
    .option('--json', 'print one JSON object on stdout')
    .addHelpText(
      'after',
      `
The product accumulates in float32. A pattern (.smtx) counts as a matrix of ones.

Examples:
  sparsek matmul weights.npz activations.npy out.npy
  sparsek matmul activations.npy weights.npz out.npy --dtype bf16
  sparsek matmul a.npz b.npz product.npz --backend cpu
  sparsek matmul weights.npz x.npy out.npy --repeat 20 --json`,
    )
    .action((a: string, b: string, out: string, options: MatmulOptions) =>
      matmul(a, b, out, options, context),
    );
}

async function matmul(
  aPath: string,
  bPath: string,
  out: string,
  options: MatmulOptions,
  context: CliContext,
) {
  const { parseFileName, writeMatrix } = await import('@sparsek/bsr/io');
  const target = parseFileName(out);
  if (target.format === 'smtx') {
    throw new UsageError(
      `Expected .npy (dense) or .npz (BSR) for OUT, since .smtx holds no values, but received ${out}`,
    );
  }
  await checkOutputs({ OUT: target.path });
  const { a, b, dtype } = await readOperands(aPath, bPath, options, context);
  const progress = startProgress(context, 'multiplying');
  let product: Product;
  try {
    const run = { backend: options.backend, signal: context.signal, onProgress: progress.update };
    product = await multiply(a, b, target.format === 'npz' ? 'bsr' : 'dense', {
      ...run,
      repeat: options.repeat,
    });
  } finally {
    progress.stop();
  }
  await writeMatrix(out, product.result, { signal: context.signal });
  const loaded =
    'indptr' in product.result
      ? { kind: 'bsr' as const, ...product.result }
      : { kind: 'dense' as const, ...product.result };
  for (const note of notes(loaded, target.format)) context.stderr.write(`note: ${note}\n`);
  const report = { ...product.report, dtype, density: densityOf(a, b), shape: loaded.shape, output: out };
  if (options.json === true) printJson(context.stdout, report);
  else
    context.stdout.write(`${out}: ${describeMatrix(loaded, target.format)}\n${timingFields(product.report)}`);
}

interface Product {
  readonly result: BsrMatrix | DenseMatrix;
  readonly report: TimingReport;
}

interface MultiplyOptions {
  readonly backend: BackendOption;
  readonly signal: AbortSignal;
  readonly onProgress: (fraction: number) => void;
  readonly repeat: number | undefined;
}

async function multiply(
  a: Operand,
  b: Operand,
  output: 'bsr' | 'dense',
  options: MultiplyOptions,
): Promise<Product> {
  const { planSpgemm, planSpmm } = await import('@sparsek/matmul');
  const { backend, signal } = options;
  const call = { backend, signal, validate: true };
  if (a.kind === 'bsr' && b.kind === 'bsr') {
    using plan = await planSpgemm(a.matrix, b.matrix, { ...call, output });
    const timed = await measure((run) => plan.run(run), options);
    return { result: timed.output, report: timingReport('spgemm', plan, timed) };
  }
  const [sparse, dense] = a.kind === 'bsr' ? [a.matrix, b.matrix] : [b.matrix, a.matrix];
  // Operands are read so that one of them is sparse.
  if (!('indptr' in sparse) || 'indptr' in dense) throw new Error('two dense operands');
  const left = a.kind === 'bsr';
  checkInner(a, b);
  using plan = await planSpmm(sparse, {
    ...call,
    ...(left ? { columns: dense.shape[1] } : { rows: dense.shape[0] }),
  });
  const timed = await measure((run) => plan.run(dense, run), options);
  const report = timingReport('spmm', plan, timed);
  if (output === 'dense') return { result: timed.output, report };
  const { bsrFromDense } = await import('@sparsek/bsr');
  return { result: bsrFromDense(timed.output, sparse.blockShape), report };
}

/** Says in the words of the command line what does not fit. */
function checkInner(a: Operand, b: Operand): void {
  if (a.matrix.shape[1] === b.matrix.shape[0]) return;
  throw new UsageError(
    `Expected as many rows of B as A has columns (${a.matrix.shape[1]}, ${a.path}: ${a.matrix.shape.join(' x ')}) ` +
      `but received ${b.matrix.shape[0]} (${b.path}: ${b.matrix.shape.join(' x ')})`,
  );
}

/** Stored blocks as a share of all blocks, of A where it is sparse, else of B. */
function densityOf(a: Operand, b: Operand): number {
  const sparse = a.kind === 'bsr' ? a.matrix : b.matrix;
  if (!('indptr' in sparse)) return 1;
  const blockRows = Math.ceil(sparse.shape[0] / sparse.blockShape[0]);
  const blockColumns = Math.ceil(sparse.shape[1] / sparse.blockShape[1]);
  return sparse.indices.length === 0 ? 0 : sparse.indices.length / (blockRows * blockColumns);
}
