import type { TextOutput } from '../context.js';

/** Prints one JSON object, and nothing else, on one output. Numbers that JSON has no word for become null. */
export function printJson(output: TextOutput, value: object): void {
  output.write(`${JSON.stringify(value, undefined, 2)}\n`);
}
