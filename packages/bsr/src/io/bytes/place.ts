import {
  InvalidArgumentError,
  InvalidFileError,
  InvalidMatrixError,
  UnsupportedFormatError,
} from '@sparsek/types';

/** Where in a file something is read, for messages. */
export interface Place {
  readonly path: string;
  /** Part of the file, such as the entry `data` of an archive. */
  readonly part?: string;
}

/** The error for a malformed file; its message starts with the path and the part. */
export function invalid(place: Place, problem: string, cause?: unknown): InvalidFileError {
  return new InvalidFileError(
    place.path,
    within(place, problem),
    cause === undefined ? undefined : { cause },
  );
}

/** The error for a well-formed file that asks for something else than what is read here. */
export function unsupported(place: Place, problem: string): UnsupportedFormatError {
  return new UnsupportedFormatError(`${place.path}: ${within(place, problem)}`);
}

function within(place: Place, problem: string): string {
  return place.part === undefined ? problem : `${place.part}: ${problem}`;
}

/** Runs a check of a matrix that came out of a file, so that its error names the file. */
export function checkedAsFile<T>(place: Place, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (InvalidMatrixError.isInstance(error) || InvalidArgumentError.isInstance(error)) {
      throw invalid(place, error.message, error);
    }
    throw error;
  }
}
