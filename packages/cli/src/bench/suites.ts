import type { CliContext } from '../context.js';
import type { BackendOption } from '../options.js';
import { printJson } from '../output/json.js';
import { textTable } from '../output/table.js';
import { findSuite, suiteDevice } from './find-suite.js';

export async function listSuites({ stdout }: CliContext): Promise<void> {
  const { SUITES } = await import('@sparsek/bench');
  const rows = [...SUITES.values()]
    .map((make) => make('cpu'))
    .map(({ name, cases, description }) => [name, cases.length, description]);
  stdout.write(textTable(['suite', 'cases', 'description'], rows));
}

/** A suite as the file of cases that `sparsek bench` reads. */
export async function printCases(name: string, backend: BackendOption, context: CliContext): Promise<void> {
  const makeSuite = await findSuite(name);
  printJson(context.stdout, makeSuite(await suiteDevice(backend)));
}

export async function printSchema(of: 'suite' | 'report', { stdout }: CliContext): Promise<void> {
  const { reportJsonSchema, suiteJsonSchema } = await import('@sparsek/bench');
  printJson(stdout, of === 'suite' ? suiteJsonSchema() : reportJsonSchema());
}
