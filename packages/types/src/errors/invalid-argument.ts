import { SparsekError } from './sparsek-error.js';

/** An argument is of the wrong type, shape or range. The message reads "Expected X for NAME but received V". */
export class InvalidArgumentError extends SparsekError {
  /** Name of the argument, such as `blockShape`. */
  readonly argument: string;

  constructor(argument: string, expected: string, received: unknown, options?: ErrorOptions) {
    super(
      'INVALID_ARGUMENT',
      `Expected ${expected} for ${argument} but received ${describe(received)}`,
      options,
    );
    this.name = 'InvalidArgumentError';
    this.argument = argument;
  }

  static override isInstance(error: unknown): error is InvalidArgumentError {
    return SparsekError.hasCode(error, 'INVALID_ARGUMENT');
  }
}

const LONGEST_VALUE = 80;

/** A short text for any value, with its type where the value alone would not tell. */
function describe(value: unknown): string {
  if (value === null || value === undefined || typeof value === 'boolean') return String(value);
  if (typeof value === 'number' || typeof value === 'bigint') return `${value}`;
  if (typeof value === 'string') return `"${shorten(value)}"`;
  if (ArrayBuffer.isView(value)) {
    const length = 'length' in value ? ` of length ${String(value.length)}` : '';
    return `${value.constructor.name}${length}`;
  }
  if (Array.isArray(value)) return `[${shorten(value.map(describe).join(', '))}]`;
  if (typeof value === 'function') return 'a function';
  return `an object of type ${Object.getPrototypeOf(value)?.constructor?.name ?? 'null'}`;
}

function shorten(text: string): string {
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}...`;
}
