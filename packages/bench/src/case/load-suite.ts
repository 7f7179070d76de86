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
    // Some editors begin a file with a byte order mark, which JSON knows nothing of.
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new InvalidFileError(path, `is not JSON (${cause instanceof Error ? cause.message : cause})`, {
      cause,
    });
  }
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const shown = issues.slice(0, MOST_SHOWN).map(describeIssue);
  const more = issues.length > MOST_SHOWN ? [`and ${issues.length - MOST_SHOWN} more`] : [];
  throw new InvalidFileError(path, [...shown, ...more].join('; '), { cause: parsed.error });
}

/** One mistake, made in every one of thousands of cases, would fill the screen many times over. */
const MOST_SHOWN = 20;

/** Where it is, what would be right, and what stands there. */
function describeIssue(issue: z.core.$ZodIssue): string {
  const { path, message, code } = issue;
  const where = path.length > 0 ? path.join('.') : 'the file';
  if (code === 'custom') return `${where}: ${message}`;
  const wanted = message
    .replace(/^(Invalid \w+|Too \w+): expected/, 'Expected')
    .replace(/^Invalid discriminator value\. /, '')
    .replace(/, received \w+$/, '');
  const received = code === 'unrecognized_keys' ? undefined : shortly(inputOf(issue));
  return `${where}: ${wanted}${received === undefined ? '' : ` but received ${received}`}`;
}

/** What stands where an issue points; of a choice by one field, that field. */
function inputOf({ input, path, ...issue }: z.core.$ZodIssue): unknown {
  if (!('discriminator' in issue) || typeof input !== 'object' || input === null) return input;
  return (input as Readonly<Record<PropertyKey, unknown>>)[path.at(-1)!];
}

/** Objects and lists would fill the line. */
function shortly(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : JSON.stringify(value);
}

/** The schema of suite files as JSON Schema, for editors and other languages. */
export function suiteJsonSchema(): object {
  return z.toJSONSchema(suiteSchema);
}
