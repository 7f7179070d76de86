import { readFile } from 'node:fs/promises';
import { InvalidFileError } from '@sparsek/types';
import { z } from 'zod';
import { type Suite, suiteSchema } from './schema.js';

/**
 * Reads a suite that somebody wrote as JSON.
 *
 * @throws InvalidFileError naming the entry that does not fit the schema.
 */
export async function loadSuite(path: string): Promise<Suite> {
  return parseJsonFile(path, suiteSchema);
}

export async function parseJsonFile<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  let text: string;
  let value: unknown;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new InvalidFileError(path, 'cannot be read', { cause });
  }
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new InvalidFileError(path, `is not JSON (${cause instanceof Error ? cause.message : cause})`, {
      cause,
    });
  }
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw new InvalidFileError(path, parsed.error.issues.map(describeIssue).join('; '), {
    cause: parsed.error,
  });
}

/** Where it is, what would be right, and what stands there. */
function describeIssue({ path, message, input, code }: z.core.$ZodIssue): string {
  const where = path.length > 0 ? path.join('.') : 'the file';
  if (code === 'custom') return `${where}: ${message}`;
  const wanted = message
    .replace(/^(Invalid \w+|Too \w+): expected/, 'Expected')
    .replace(/^Invalid discriminator value\. /, '')
    .replace(/, received \w+$/, '');
  // Objects and lists would fill the line.
  const received =
    input === undefined ? 'nothing' : typeof input === 'object' ? undefined : JSON.stringify(input);
  return `${where}: ${wanted}${received === undefined ? '' : ` but received ${received}`}`;
}

/** The schema of suite files as JSON Schema, for editors and other languages. */
export function suiteJsonSchema(): object {
  return z.toJSONSchema(suiteSchema);
}
