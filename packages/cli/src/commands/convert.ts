import type { FileFormat, LoadedMatrix } from '@sparsek/bsr/io';
import type { BlockShape, Dtype } from '@sparsek/types';
import { Command } from 'commander';
import type { CliContext } from '../context.js';
import { UsageError } from '../exit-codes.js';
import { describeMatrix } from '../files/describe-matrix.js';
import { notes } from '../files/notes.js';
import { dtypeOption, parseBlockShape } from '../options.js';
import { startProgress } from '../output/progress.js';

/** Formats that hold a value for each entry; a pattern is ones there. */
const HOLDS_VALUES: readonly FileFormat[] = ['npz', 'npy', 'safetensors'];

interface ConvertOptions {
  readonly block?: BlockShape;
  readonly dtype?: Dtype;
  readonly sumDuplicates?: boolean;
}

export function convertCommand(context: CliContext): Command {
  return new Command('convert')
    .description('Convert a matrix from one file format to another; formats are told by the extensions.')
    .argument('IN', '.npz, .npy, .mtx, .smtx or .safetensors#NAME')
    .argument('OUT', '.npz (sparse), .npy (dense), .mtx, .smtx (pattern) or .safetensors#NAME')
    .option('--block <RxC>', 'store blocks of R rows and C columns (BSR)', parseBlockShape)
    .addOption(dtypeOption('round values to this type; 16-bit words of .npy are bf16 with bf16'))
    .option('--sum-duplicates', 'add up entries at one place, as SciPy does, instead of refusing them')
    .addHelpText(
      'after',
      `
Examples:
  sparsek convert bcsstk13.mtx bcsstk13.npz --block 16x16
  sparsek convert weights.npy weights.npz --block 32x32 --dtype bf16
  sparsek convert model.safetensors#layer.0.weight weight.npy
  sparsek convert blocks.npz blocks.mtx`,
    )
    .action((input: string, output: string, options: ConvertOptions) =>
      convert(input, output, options, context),
    );
}

async function convert(
  input: string,
  output: string,
  options: ConvertOptions,
  context: CliContext,
): Promise<void> {
  const { parseFileName, patternToBsr, readMatrix, toBsr, writeMatrix } = await import('@sparsek/bsr/io');
  const target = parseFileName(output);
  const { block, dtype, sumDuplicates } = options;
  const progress = startProgress(context, `reading ${input}`);
  let matrix: LoadedMatrix;
  try {
    matrix = await readMatrix(input, {
      signal: context.signal,
      onProgress: progress.update,
      ...(dtype && { dtype }),
      ...(block && { blockShape: block }),
      ...(sumDuplicates === true && { duplicates: 'sum' as const }),
    });
  } finally {
    progress.stop();
  }
  if (dtype && matrix.kind === 'pattern' && HOLDS_VALUES.includes(target.format)) {
    const { blockShape: _, ...ones } = patternToBsr(matrix, dtype);
    matrix = { kind: 'csr', ...ones };
  }
  if (block && matrix.kind === 'dense') matrix = { kind: 'bsr', ...toBsr(matrix, block, input) };
  if (matrix.kind === 'dense' && (target.format === 'npz' || target.format === 'smtx')) {
    throw new UsageError(
      `Expected --block RxC, since ${input} is dense and .${target.format} holds sparse matrices, but received none`,
    );
  }
  await writeMatrix(output, matrix, { signal: context.signal });
  context.stdout.write(`${output}: ${describeMatrix(matrix, target.format)}\n`);
  for (const note of notes(matrix, target.format)) context.stderr.write(`note: ${note}\n`);
}
