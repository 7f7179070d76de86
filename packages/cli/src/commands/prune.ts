import type { BlockShape, BsrMatrix } from '@sparsek/types';
import { Command, Option } from 'commander';
import type { CliContext } from '../context.js';
import { describeMatrix } from '../files/describe-matrix.js';
import { notes } from '../files/notes.js';
import { parseBlockShape, parseDensity } from '../options.js';
import { formatShare } from '../output/numbers.js';

interface PruneOptions {
  readonly block: BlockShape;
  readonly density: number;
  readonly scope: 'global' | 'row';
}

export function pruneCommand(context: CliContext): Command {
  return new Command('prune')
    .description('Keep the blocks of greatest magnitude (Frobenius norm) and drop the others.')
    .argument('IN', '.npy, .npz, .mtx or .safetensors#NAME')
    .argument('OUT', '.npz (BSR), or any format that convert writes')
    .requiredOption('--block <RxC>', 'blocks of R rows and C columns', parseBlockShape)
    .requiredOption('--density <D>', 'share of all blocks that stays, from 0 to 1', parseDensity)
    .addOption(
      new Option('--scope <where>', 'the greatest anywhere, or the same number in every block row')
        .choices(['global', 'row'])
        .default('global'),
    )
    .addHelpText(
      'after',
      `
Examples:
  sparsek prune weights.npy pruned.npz --block 32x32 --density 0.125
  sparsek prune model.safetensors#w pruned.npz --block 16x16 --density 0.25 --scope row`,
    )
    .action((input: string, output: string, options: PruneOptions) => prune(input, output, options, context));
}

async function prune(
  input: string,
  output: string,
  options: PruneOptions,
  context: CliContext,
): Promise<void> {
  const { parseFileName, readMatrix, toBsr, writeMatrix } = await import('@sparsek/bsr/io');
  const { pruneBlocks, toFloat32 } = await import('@sparsek/bsr');
  const target = parseFileName(output);
  const { block, density, scope } = options;
  const loaded = await readMatrix(input, { signal: context.signal });
  const matrix = loaded.kind === 'dense' ? loaded : toBsr(loaded, block, input);
  const pruned = pruneBlocks(matrix, { blockShape: block, density, scope });
  context.signal.throwIfAborted();
  const result = { kind: 'bsr' as const, ...pruned };
  await writeMatrix(output, result, { signal: context.signal });
  const norm = (values: BsrMatrix['values']) =>
    Math.sqrt(toFloat32(values, pruned.dtype).reduce((sum, x) => sum + x * x, 0));
  const before = norm(matrix.values);
  const kept =
    before === 0 ? 'nothing to lose' : `${formatShare(norm(pruned.values) / before)} of the norm kept`;
  context.stdout.write(`${output}: ${describeMatrix(result, target.format)}; ${kept}\n`);
  for (const note of notes(result, target.format)) context.stderr.write(`note: ${note}\n`);
}
