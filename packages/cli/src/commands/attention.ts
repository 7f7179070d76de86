import type { AttentionLayout, AttentionTensor, Dtype } from '@sparsek/types';
import { Command, Option } from 'commander';
import type { CliContext } from '../context.js';
import { UsageError } from '../exit-codes.js';
import { maskFiles } from '../files/mask-files.js';
import { checkOutputs } from '../files/outputs.js';
import { type BackendOption, backendOption, dtypeOption, parseNumber, parseRepeat } from '../options.js';
import { printJson } from '../output/json.js';
import { formatBytes, formatExtents, formatShare } from '../output/numbers.js';
import { startProgress } from '../output/progress.js';
import { measure } from '../run/measure.js';
import { timingFields, timingReport } from '../run/report.js';

interface AttentionCommandOptions {
  readonly q: string;
  readonly k: string;
  readonly v: string;
  readonly out: string;
  readonly lse?: string;
  readonly mask?: string;
  readonly scale?: number;
  readonly layout: AttentionLayout;
  readonly dtype?: Dtype;
  readonly backend: BackendOption;
  readonly repeat?: number;
  readonly json?: boolean;
}

export function attentionCommand(context: CliContext): Command {
  return new Command('attention')
    .description('O = softmax(scale * Q K^T + mask) V over visible blocks only.')
    .requiredOption('--q <file>', 'queries: .npy or .safetensors#NAME, four axes')
    .requiredOption('--k <file>', 'keys; they and the values may have fewer heads (GQA, MQA)')
    .requiredOption('--v <file>', 'values')
    .requiredOption('--out <file>', 'where O goes: .npy or .safetensors#NAME')
    .option('--lse <file>', 'where the log-sum-exp of every row goes, [batch, heads, queries] in f32')
    .option('--mask <spec>', 'which keys a query sees; default: all (see below)')
    .option('--scale <S>', 'factor of Q K^T; default 1 / sqrt(head dimension)', parseNumber)
    .addOption(
      new Option('--layout <axes>', '[batch, heads, seq, dim] or [batch, seq, heads, dim]')
        .choices(['bhsd', 'bshd'])
        .default('bhsd'),
    )
    .addOption(dtypeOption('compute in this type; 16-bit words of .npy are bf16 with bf16'))
    .addOption(backendOption())
    .option('--repeat <N>', 'after a first run, run N times and report the median', parseRepeat)
    .option('--json', 'print one JSON object on stdout')
    .addHelpText(
      'after',
      `
Masks are terms joined by & (and), | (or), ! (not) and parentheses:
  causal, window:L, window:L,R, sink:N, global:N, dilated:W,D, prefix:N, document:FILE.npy, bigbird,
  bigbird:block=64,random=3,window=3,global=2,seed=0, blocks:FILE.npz, preset:NAME

Examples:
  sparsek attention --q q.npy --k k.npy --v v.npy --out o.npy --mask causal
  sparsek attention --q q.npy --k k.npy --v v.npy --out o.npy --mask "causal & (window:4096 | sink:4)"
  sparsek attention --q q.npy --k k.npy --v v.npy --out o.npy --lse lse.npy --mask "causal & document:ids.npy" --json`,
    )
    .action((options: AttentionCommandOptions) => runAttention(options, context));
}

async function runAttention(options: AttentionCommandOptions, context: CliContext): Promise<void> {
  const { parseFileName, readTensor, writeTensor } = await import('@sparsek/bsr/io');
  const { planAttention } = await import('@sparsek/attention');
  const { maskStatistics } = await import('@sparsek/bsr');
  const { signal } = context;
  for (const path of [options.out, options.lse])
    if (path !== undefined) checkTensorFile(path, parseFileName(path).format);
  // A file is replaced whole, so that two tensors cannot go to one, whatever their names.
  await checkOutputs({
    '--out': parseFileName(options.out).path,
    '--lse': options.lse && parseFileName(options.lse).path,
  });
  const read = async (name: 'q' | 'k' | 'v'): Promise<AttentionTensor> => {
    const dtype = options.dtype && { dtype: options.dtype };
    const tensor = await readTensor(options[name], { signal, ...dtype });
    const [a, b, c, d] = tensor.shape;
    if (
      tensor.shape.length !== 4 ||
      a === undefined ||
      b === undefined ||
      c === undefined ||
      d === undefined
    ) {
      throw new UsageError(
        `Expected four axes (${options.layout}) for --${name} but received ${options[name]} of shape [${tensor.shape.join(', ')}]`,
      );
    }
    return { shape: [a, b, c, d], dtype: tensor.dtype, values: tensor.values };
  };
  const [q, k, v] = [await read('q'), await read('k'), await read('v')];
  const { layout, mask, scale } = options;
  const [batch, heads, queryLength, headDim] = axes(q, layout);
  const [, kvHeads, keyLength] = axes(k, layout);
  const [, , , valueDim] = axes(v, layout);
  const progress = startProgress(context, 'attending');
  try {
    using plan = await planAttention({
      ...{ batch, heads, kvHeads, queryLength, keyLength, headDim, valueDim },
      ...{ layout, dtype: q.dtype, backend: options.backend, signal, load: await maskFiles(signal) },
      ...(mask !== undefined && { mask }),
      ...(scale !== undefined && { scale }),
    });
    const inputs = { q, k, v, lse: options.lse !== undefined };
    const timed = await measure((run) => plan.run(inputs, run), {
      repeat: options.repeat,
      signal,
      onProgress: progress.update,
    });
    progress.stop();
    const { o, lse } = timed.output;
    await writeTensor(options.out, o, { signal });
    if (options.lse !== undefined && lse !== undefined) {
      await writeTensor(
        options.lse,
        { shape: [batch, heads, queryLength], dtype: 'f32', values: lse },
        { signal },
      );
    }
    const { visiblePairs, visibleBlocks, bytes } = maskStatistics(plan.mask);
    const pairs = queryLength * keyLength * plan.mask.batches * plan.mask.heads;
    const density = pairs === 0 ? 0 : visiblePairs / pairs;
    const timing = timingReport('attention', plan, timed);
    const report = {
      ...timing,
      dtype: q.dtype,
      density,
      visibleBlocks,
      maskBytes: bytes,
      shape: o.shape,
      output: options.out,
    };
    if (options.json === true) {
      printJson(context.stdout, report);
      return;
    }
    const ofMask = `${formatShare(density)} of all pairs visible, ${formatBytes(bytes)}`;
    context.stdout.write(`${options.out}: ${formatExtents(o.shape)} (${layout}), ${o.dtype}\n`);
    context.stdout.write(timingFields(timing, [['mask', ofMask]]));
  } finally {
    progress.stop();
  }
}

/** Batch, heads, length and dim of a tensor of either layout. */
function axes({ shape: [batch, first, second, dim] }: AttentionTensor, layout: AttentionLayout) {
  return layout === 'bhsd' ? ([batch, first, second, dim] as const) : ([batch, second, first, dim] as const);
}

function checkTensorFile(path: string, format: string): void {
  if (format !== 'npy' && format !== 'safetensors') {
    throw new UsageError(`Expected .npy or .safetensors#NAME for the output but received ${path}`);
  }
}
