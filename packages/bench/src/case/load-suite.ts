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
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => {
    return `${issue.path.length > 0 ? issue.path.join('.') : 'the file'}: ${issue.message}`;
  });
  throw new InvalidFileError(path, issues.join('; '), { cause: parsed.error });
}

/** The schema of suite files as JSON Schema, for editors and other languages. */
export function suiteJsonSchema(): unknown {
  return z.toJSONSchema(suiteSchema);
}
