import type { MachineLimits } from '@sparsek/bench';
import type { Dtype } from '@sparsek/types';
import type { CliContext } from '../context.js';
import { UsageError } from '../exit-codes.js';
import { checkOutputs, isStdout, type JsonOutput, putJson } from '../files/outputs.js';
import type { BackendOption } from '../options.js';
import { startProgress } from '../output/progress.js';
import { textTable } from '../output/table.js';

const DTYPES: readonly Dtype[] = ['f32', 'f16', 'bf16'];

/** Measures what the machine can do at most, building block by building block, and nothing else. */
export async function showLimits(
  options: { readonly backend: BackendOption; readonly json?: JsonOutput },
  context: CliContext,
): Promise<void> {
  await checkOutputs({ '--json': options.json });
  const { describeMachine, measureLimits } = await import('@sparsek/bench');
  const { openBackend } = await import('@sparsek/backend');
  using backend = await openBackend(options.backend);
  if (backend.name === 'reference') {
    throw new UsageError(
      'Expected the cpu or cuda backend to measure but received reference, whose limits nobody needs and take minutes',
    );
  }
  // Before the measurement itself is the load.
  const machine = describeMachine();
  const progress = startProgress(context, 'measuring the machine');
  try {
    const limits = await measureLimits(backend, DTYPES, { detail: true, signal: context.signal });
    const found = { backend: backend.name, device: backend.device, machine, limits };
    if (!isStdout(options.json)) {
      context.stdout.write(`${backend.name}: ${backend.device}\n`);
      context.stdout.write(textTable(['limit', 'measured'], await rows(limits)));
    }
    await putJson(options.json, found, context);
  } finally {
    progress.stop();
  }
}

async function rows({ arithmetic, instructions = [], bandwidths = [] }: MachineLimits): Promise<string[][]> {
  const { formatBandwidth, formatFlops } = await import('@sparsek/bench');
  return [
    ...arithmetic.map(({ dtype, kernel, flopsPerSecond }) => [
      `products, ${dtype} (${kernel})`,
      formatFlops(flopsPerSecond / 1e12),
    ]),
    ...instructions.map(({ what, flopsPerSecond }) => [what, formatFlops(flopsPerSecond / 1e12)]),
    ...bandwidths.map(({ what, bytesPerSecond }) => [what, formatBandwidth(bytesPerSecond)]),
  ];
}
