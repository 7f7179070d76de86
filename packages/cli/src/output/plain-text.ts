import type { TextOutput } from '../context.js';

/** Control characters but for those that lay out text. */
const CONTROL = /[^\P{Cc}\n\t]/gu;

/**
 * An output to which control characters go as `\u001b` and the like. Names of tensors and the words of a damaged file
 * would otherwise reach the terminal as they are, which obeys them. JSON stays what it was, since this is its own
 * notation.
 */
export function plainText(output: TextOutput): TextOutput {
  return {
    write: (text) => output.write(text.replace(CONTROL, notation)),
    get isTTY() {
      return output.isTTY;
    },
    get columns() {
      return output.columns;
    },
  };
}

function notation(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
