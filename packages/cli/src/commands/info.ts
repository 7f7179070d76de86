import { Command } from 'commander';
import type { CliContext } from '../context.js';
import { printJson } from '../output/json.js';
import { formatBytes } from '../output/numbers.js';
import { fields } from '../output/table.js';

export function infoCommand(context: CliContext): Command {
  return new Command('info')
    .description('Versions, backends and why one is missing, CPU, GPU and driver; put it into bug reports.')
    .option('--json', 'print one JSON object on stdout')
    .addHelpText(
      'after',
      `
Examples:
  sparsek info
  sparsek info --json`,
    )
    .action((options: { json?: boolean }) => info(options, context));
}

async function info(options: { json?: boolean }, context: CliContext): Promise<void> {
  const { collectInfo } = await import('../info/collect.js');
  const found = await collectInfo();
  if (options.json === true) {
    printJson(context.stdout, found);
    return;
  }
  const { cpu, cuda } = found;
  const backends = found.backends.map(({ name, available, device, reason, chosen }): [string, string] => [
    `backend ${name}`,
    available ? `available: ${device}${chosen ? ' (taken by auto)' : ''}` : `not available: ${reason}`,
  ]);
  const gpus = cuda.devices.map((gpu): [string, string] => [
    `GPU ${gpu.ordinal}`,
    `${gpu.name}, compute capability ${gpu.computeCapability}, ${gpu.multiprocessors} multiprocessors, ` +
      `${formatBytes(gpu.memoryBytes)}${gpu.supported ? '' : ' (not supported)'}`,
  ]);
  context.stdout.write(
    fields([
      ['sparsek', found.version],
      ['node', `${found.node} (${found.platform})`],
      ['CPU', `${cpu.model}, ${cpu.threads} threads`],
      ['CPU features', cpu.features.join(' ') || 'unknown'],
      ['memory', formatBytes(found.memoryBytes)],
      ['CUDA driver', cuda.driverVersion ?? 'none'],
      ...gpus,
      ...backends,
    ]),
  );
}
