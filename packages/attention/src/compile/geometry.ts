import type { BlockShape } from '@sparsek/types';

/** What a mask is compiled for. */
export interface Geometry {
  readonly queryLength: number;
  readonly keyLength: number;
  readonly blockShape: BlockShape;
}

/** Absolute position of query 0: queries end where keys end. */
export function firstPosition(geometry: Geometry): number {
  return geometry.keyLength - geometry.queryLength;
}
