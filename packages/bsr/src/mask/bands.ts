import type { BlockMask, MaskClause, MaskDocuments } from '@sparsek/types';

/**
 * What one clause shows to neighbouring queries of one document: the query at absolute position i in
 * `rowBegin .. rowEnd - 1` sees the keys `max(keyBegin, i + low) .. min(keyEnd, i + high + 1) - 1`, at least one.
 * Both ends move by at most one key from a query to the next, so that the union over all rows has no gap.
 */
export interface Band {
  readonly rowBegin: number;
  readonly rowEnd: number;
  readonly low: number;
  readonly high: number;
  readonly keyBegin: number;
  readonly keyEnd: number;
}

/** First key that the query at absolute position i sees in a band. */
export function bandBegin(band: Band, i: number): number {
  return Math.max(band.keyBegin, i + band.low);
}

/** One past the last key that the query at absolute position i sees in a band. */
export function bandEnd(band: Band, i: number): number {
  return Math.min(band.keyEnd, i + band.high + 1);
}

/** The bands of all clauses over the absolute positions `begin .. end - 1`; rows that see nothing are cut off. */
export function bandsOf(mask: BlockMask, clauses: readonly MaskClause[], begin: number, end: number): Band[] {
  const bands: Band[] = [];
  for (const clause of clauses) {
    const rowBegin = Math.max(begin, clause.rows[0]);
    const rowEnd = Math.min(end, clause.rows[1]);
    if (clause.document === 'any') pushBand(bands, clause, rowBegin, rowEnd, 0, mask.keyLength);
    else if (mask.documents !== undefined) pushDocuments(bands, clause, rowBegin, rowEnd, mask.documents);
  }
  return bands;
}

/** One band a document, since the keys that a clause shows jump from one document to the next. */
function pushDocuments(
  bands: Band[],
  clause: MaskClause,
  begin: number,
  end: number,
  documents: MaskDocuments,
): void {
  const keyLength = documents.start.length;
  const last = Math.min(end, keyLength);
  let i = Math.max(begin, 0);
  while (i < last) {
    const start = documents.start[i]!;
    const stop = documents.end[i]!;
    const rowEnd = Math.min(last, stop);
    const [keyBegin, keyEnd] = documentKeys(clause, start, stop, keyLength);
    pushBand(bands, clause, i, rowEnd, keyBegin, keyEnd);
    i = rowEnd;
  }
}

/** The keys that a clause's document relation leaves to a token whose document spans `start .. stop - 1`. */
export function documentKeys(
  clause: MaskClause,
  start: number,
  stop: number,
  keyLength: number,
): readonly [begin: number, end: number] {
  switch (clause.document) {
    case 'same':
      return [start, stop];
    case 'before':
      return [0, start];
    case 'after':
      return [stop, keyLength];
    case 'any':
      return [0, keyLength];
  }
}

function pushBand(
  bands: Band[],
  clause: MaskClause,
  begin: number,
  end: number,
  firstKey: number,
  lastKey: number,
): void {
  const [low, high] = clause.diagonal;
  const keyBegin = Math.max(firstKey, clause.columns[0]);
  const keyEnd = Math.min(lastKey, clause.columns[1]);
  if (keyBegin >= keyEnd || low > high) return;
  const rowBegin = Math.max(begin, keyBegin - high);
  const rowEnd = Math.min(end, keyEnd - low);
  if (rowBegin < rowEnd) bands.push({ rowBegin, rowEnd, low, high, keyBegin, keyEnd });
}
