import { basename } from 'node:path';
import type { BlockShape } from '@sparsek/types';
import { Command } from 'commander';
import type { CliContext } from '../context.js';
import { UsageError } from '../exit-codes.js';
import { writeText } from '../files/write-text.js';
import type { Inspection, MatrixInspection, MatrixReport } from '../inspect/inspect-file.js';
import { parseBlockShape } from '../options.js';
import { printJson } from '../output/json.js';
import { formatBytes, formatCount, formatExtents, formatShare } from '../output/numbers.js';
import { startProgress } from '../output/progress.js';
import { fields, textTable } from '../output/table.js';

interface InspectOptions {
  readonly block?: BlockShape;
  readonly svg?: string;
  readonly json?: boolean;
}

export function inspectCommand(context: CliContext): Command {
  return new Command('inspect')
    .description('What a file holds: structure, density, how well blocks fit, balance of the rows.')
    .argument('FILE', '.npz, .npy, .mtx, .smtx or .safetensors#NAME')
    .option('--block <RxC>', 'also look at it in blocks of this shape', parseBlockShape)
    .option('--svg <OUT>', 'draw where entries are')
    .option('--json', 'print one JSON object on stdout')
    .addHelpText(
      'after',
      `
Examples:
  sparsek inspect bcsstk13.mtx
  sparsek inspect weights.npz --svg weights.svg
  sparsek inspect model.safetensors
  sparsek inspect mask.npz --json`,
    )
    .action((file: string, options: InspectOptions) => inspect(file, options, context));
}

async function inspect(file: string, options: InspectOptions, context: CliContext): Promise<void> {
  const { inspectFile } = await import('../inspect/inspect-file.js');
  const progress = startProgress(context, `reading ${file}`);
  let found: Inspection;
  try {
    found = await inspectFile(file, options.block, { signal: context.signal, onProgress: progress.update });
  } finally {
    progress.stop();
  }
  if (options.svg !== undefined) {
    if (found.kind !== 'matrix')
      throw new UsageError(`Expected a matrix to draw but ${file} holds ${found.kind}`);
    await writeSvg(options.svg, found, context.signal);
  }
  if (options.json === true) printJson(context.stdout, found.report);
  else context.stdout.write(textOf(found));
}

async function writeSvg(path: string, found: MatrixInspection, signal: AbortSignal): Promise<void> {
  const { patternSvg } = await import('../svg/pattern-svg.js');
  await writeText(path, patternSvg(found.pattern, { title: basename(found.report.file) }), signal);
}

function textOf(found: Inspection): string {
  if (found.kind === 'tensors') {
    return textTable(
      ['tensor', 'dtype', 'shape'],
      found.report.tensors.map(({ name, dtype, shape }) => [name, dtype, formatExtents(shape)]),
    );
  }
  if (found.kind === 'tensor') {
    const { file, dtype, shape, values } = found.report;
    return fields([
      ['file', file],
      ['kind', `tensor ${formatExtents(shape)}`],
      ['dtype', dtype],
      ['values', formatCount(values)],
    ]);
  }
  const { report } = found;
  const head = fields([
    ['file', report.file],
    ['kind', report.kind],
    ['shape', formatExtents(report.shape)],
    ['dtype', report.dtype],
    ['entries', `${formatCount(report.nonzeros)} (${formatShare(report.elementDensity)} of all elements)`],
    [
      'longest row',
      `${formatCount(report.longestRow)} entries; ${formatCount(report.emptyRows)} rows are empty`,
    ],
    ['memory', formatBytes(report.bytes)],
    ...(report.blocks === undefined ? [] : blockFields(report.blocks)),
  ]);
  const table = textTable(
    ['block', 'blocks', 'density', 'fill'],
    report.blockSizes.map(({ blockShape, blocks, density, fill }) => [
      formatExtents(blockShape),
      formatCount(blocks),
      formatShare(density),
      formatShare(fill),
    ]),
  );
  return `${head}\nIn blocks of\n${table}`;
}

function blockFields(stored: NonNullable<MatrixReport['blocks']>): (readonly [string, string | undefined])[] {
  const { blocks, blockShape, density, fill, blockRows, longestRow, meanRow, emptyRows } = stored;
  return [
    ['blocks', `${formatCount(blocks)} of ${formatExtents(blockShape)}`],
    ['density', `${formatShare(density)} of all blocks`],
    ['fill', fill === undefined ? undefined : `${formatShare(fill)} of stored elements are not zero`],
    ['block rows', `${blockRows}; longest ${longestRow}, mean ${meanRow.toFixed(1)}, empty ${emptyRows}`],
  ];
}
