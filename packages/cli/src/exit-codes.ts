import { SparsekError } from '@sparsek/types';

/** Exit codes of the command line; part of its contract. */
export const EXIT = {
  /** Done. */
  done: 0,
  /** A check failed: numbers are wrong. */
  failed: 1,
  /** Bad usage or bad input; one line on stderr says what, where and what would be right. */
  usage: 2,
  /** The backend asked for is not available. */
  unavailable: 3,
  /** Interrupted by Ctrl-C, as shells number it. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Something on the command line is wrong. */
export class UsageError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UsageError';
  }
}

/** A check ran and failed; what it found has been printed already. */
export class CheckFailedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CheckFailedError';
  }
}

/** Ctrl-C was pressed. */
export class InterruptedError extends Error {
  constructor(written = 'nothing was written') {
    super(`interrupted; ${written}`);
    this.name = 'InterruptedError';
  }
}

/** The exit code for an error; undefined for one that nobody foresaw. */
export function exitCodeOf(error: unknown): ExitCode | undefined {
  if (error instanceof InterruptedError) return EXIT.interrupted;
  if (error instanceof CheckFailedError) return EXIT.failed;
  if (error instanceof UsageError) return EXIT.usage;
  if (!SparsekError.isInstance(error)) return undefined;
  switch (error.code) {
    case 'BACKEND_UNAVAILABLE':
    case 'UNSUPPORTED_OPERATION':
    case 'DEVICE_ERROR':
    case 'DEVICE_LOST':
      return EXIT.unavailable;
    default:
      return EXIT.usage;
  }
}
