import { access, constants, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { CliContext } from '../context.js';
import { UsageError } from '../exit-codes.js';
import { printJson } from '../output/json.js';
import { writeText } from './write-text.js';

/** Where a JSON report goes: to a file, or (`true`) to stdout in place of everything else. */
export type JsonOutput = string | true | undefined;

/** `-` is stdout, as elsewhere. */
export const isStdout = (json: JsonOutput): boolean => json === true || json === '-';

export async function putJson(json: JsonOutput, value: object, context: CliContext): Promise<void> {
  if (isStdout(json)) printJson(context.stdout, value);
  else if (typeof json === 'string') {
    await writeText(json, `${JSON.stringify(value, undefined, 2)}\n`, context.signal);
  }
}

/** What takes minutes to measure must not be lost to a place that cannot be written to, or to another output. */
export async function checkOutputs(outputs: Readonly<Record<string, JsonOutput>>): Promise<void> {
  const taken = new Map<string, string>();
  for (const [option, output] of Object.entries(outputs)) {
    if (typeof output !== 'string' || (isStdout(output) && option === '--json')) continue;
    const refuse = (expected: string, cause?: unknown) => {
      throw new UsageError(`Expected ${expected} for ${option} but received ${output || 'nothing'}`, {
        cause,
      });
    };
    if (output === '' || output === '-') refuse('a file');
    await access(dirname(output), constants.W_OK).catch((cause) => refuse(WRITABLE, cause));
    if (!(await stat(dirname(output))).isDirectory()) refuse(WRITABLE);
    const there = await stat(output).catch(() => undefined);
    if (there?.isDirectory()) refuse('a file, not a folder,');
    const other = taken.get(resolve(output));
    if (other) refuse(`another file than that of ${other}`);
    taken.set(resolve(output), option);
  }
}

const WRITABLE = 'a folder that can be written to';
