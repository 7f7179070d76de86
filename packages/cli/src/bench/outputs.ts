import { access, constants } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CliContext } from '../context.js';
import { UsageError } from '../exit-codes.js';
import { writeText } from '../files/write-text.js';
import { printJson } from '../output/json.js';

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

/** What takes minutes to measure must not be lost to a folder that is not there. */
export async function checkFolders(outputs: Readonly<Record<string, JsonOutput>>): Promise<void> {
  for (const [option, output] of Object.entries(outputs)) {
    if (typeof output !== 'string' || isStdout(output)) continue;
    try {
      await access(dirname(output), constants.W_OK);
    } catch (cause) {
      throw new UsageError(`Expected a folder that can be written to for ${option} but received ${output}`, {
        cause,
      });
    }
  }
}
