import { MaskSyntaxError } from '@sparsek/types';

/** The first line says it all; two more lines show the place. */
export function syntaxError(
  spec: string,
  position: number,
  expected: string,
  options?: ErrorOptions,
): MaskSyntaxError {
  const found = position < spec.length ? `"${shorten(spec.slice(position))}"` : 'the end';
  const line = spec.replace(/\s/g, ' ');
  return new MaskSyntaxError(
    `Expected ${expected} at position ${position} of the mask but found ${found}\n  ${line}\n  ${' '.repeat(position)}^`,
    position,
    options,
  );
}

function shorten(text: string): string {
  return text.length <= 20 ? text : `${text.slice(0, 20)}...`;
}
