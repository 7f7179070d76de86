import { invalid, type Place, unsupported } from '../bytes/place.js';

/**
 * First line of a Matrix Market file: `%%MatrixMarket matrix FORMAT FIELD SYMMETRY` (Boisvert, Pozo, Remington, "The
 * Matrix Market exchange formats: initial design", NISTIR 5935, 1996). Words may be in upper or lower case.
 */
export interface MtxHeader {
  readonly format: 'coordinate' | 'array';
  readonly field: 'real' | 'integer' | 'pattern';
  readonly symmetry: 'general' | 'symmetric' | 'skew-symmetric';
}

/** `double` and `unsigned-integer` are what some writers, SciPy among them, call the two numeric fields. */
const FIELDS: Readonly<Record<string, MtxHeader['field']>> = {
  real: 'real',
  double: 'real',
  integer: 'integer',
  'unsigned-integer': 'integer',
  pattern: 'pattern',
};

export function parseMtxHeader(line: string, place: Place): MtxHeader {
  const words = line.trim().toLowerCase().split(/\s+/);
  if (words[0] !== '%%matrixmarket' && words[0] !== '%matrixmarket') {
    throw invalid(
      place,
      `line 1: expected "%%MatrixMarket matrix coordinate real general" or alike, but found ${quote(line)}`,
    );
  }
  const [, object, format, fieldName, symmetry] = words;
  if (words.length !== 5) throw invalid(place, `line 1: expected five words, but found ${quote(line)}`);
  if (object !== 'matrix')
    throw unsupported(place, `line 1: holds a ${quote(object)}; only "matrix" is read`);
  if (format !== 'coordinate' && format !== 'array') {
    throw unsupported(place, `line 1: has the format ${quote(format)}; "coordinate" and "array" are read`);
  }
  if (fieldName === 'complex' || symmetry === 'hermitian') {
    throw unsupported(
      place,
      `line 1: the matrix is ${fieldName === 'complex' ? 'complex' : 'hermitian'}; only real, integer and pattern ` +
        'matrices are read',
    );
  }
  const field = FIELDS[fieldName ?? ''];
  if (field === undefined) {
    throw unsupported(
      place,
      `line 1: has the field ${quote(fieldName)}; "real", "integer" and "pattern" are read`,
    );
  }
  if (symmetry !== 'general' && symmetry !== 'symmetric' && symmetry !== 'skew-symmetric') {
    throw unsupported(
      place,
      `line 1: has the symmetry ${quote(symmetry)}; "general", "symmetric" and "skew-symmetric" are read`,
    );
  }
  if (format === 'array' && field === 'pattern') {
    throw invalid(place, 'line 1: "array" and "pattern" exclude each other');
  }
  if (symmetry === 'skew-symmetric' && field === 'pattern') {
    throw invalid(place, 'line 1: "pattern" and "skew-symmetric" exclude each other');
  }
  return { format, field, symmetry };
}

/** Reads the line of extents: three counts for `coordinate`, two for `array`. */
export function parseMtxSizes(line: string, lineNumber: number, count: 2 | 3, place: Place): number[] {
  const words = line.trim().split(/\s+/);
  const sizes = words.map(Number);
  const ok =
    words.length === count &&
    words.every((word) => /^\d{1,16}$/.test(word)) &&
    sizes.every(Number.isSafeInteger);
  if (!ok) {
    const what = count === 3 ? '"rows columns entries"' : '"rows columns"';
    throw invalid(
      place,
      `line ${lineNumber}: expected ${what}, integers that are not negative, but found ${quote(line)}`,
    );
  }
  return sizes;
}

export function quote(text: string | undefined): string {
  if (text === undefined) return 'nothing';
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
}
