import { type DenseMatrix, InvalidArgumentError, type Values } from '@sparsek/types';

/** An array, or a matrix or tensor over one. */
type Operand = Values | { readonly values: Values };

/**
 * Checks the memory of operands by name, where threads work on it: none over a buffer that can shrink, and none that
 * overlaps the result, which is written while operands are still being read.
 *
 * @throws InvalidArgumentError that names the operand.
 */
export function checkMemory(operands: Readonly<Record<string, Operand | undefined>>, out?: Operand): void {
  const target = out === undefined ? undefined : valuesOf(out);
  if (out !== undefined) checkFixed(out, 'out');
  for (const [name, operand] of Object.entries(operands)) {
    if (operand === undefined) continue;
    checkFixed(operand, name);
    if (target !== undefined && overlap(target, valuesOf(operand))) {
      throw new InvalidArgumentError('out', `memory apart from ${name}`, `memory that overlaps ${name}`);
    }
  }
}

/** `out` may lie in C's place exactly: an element is read just before it is written. */
export function checkMemoryOfC(c: DenseMatrix, out: DenseMatrix | undefined): void {
  checkFixed(c, 'c');
  if (out === undefined || !overlap(out.values, c.values)) return;
  const same =
    out.values.byteOffset === c.values.byteOffset &&
    (c.order ?? 'row') === 'row' &&
    (c.leadingDimension ?? c.shape[1]) === c.shape[1];
  if (!same) throw new InvalidArgumentError('out', 'the memory of c, or memory apart from c', 'an overlap');
}

/** A buffer that shrinks while a thread works on it would take the memory away under it. */
function checkFixed(operand: Operand, name: string): void {
  const buffer: ArrayBufferLike & { readonly resizable?: boolean } = valuesOf(operand).buffer;
  if (buffer.resizable !== true) return;
  throw new InvalidArgumentError(
    isArray(operand) ? name : `${name}.values`,
    'an array over a buffer of fixed length',
    'one over a resizable buffer',
  );
}

function valuesOf(operand: Operand): Values {
  return isArray(operand) ? operand : operand.values;
}

/** Typed arrays have a method of the name `values`, so the property does not tell. */
function isArray(operand: Operand): operand is Values {
  return ArrayBuffer.isView(operand);
}

/** Whether two arrays have bytes in common. */
function overlap(a: Values, b: Values): boolean {
  return (
    a.buffer === b.buffer &&
    a.byteOffset < b.byteOffset + b.byteLength &&
    b.byteOffset < a.byteOffset + a.byteLength
  );
}
