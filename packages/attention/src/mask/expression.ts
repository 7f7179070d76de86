import type { BsrPattern } from '@sparsek/types';

/** Parameters of a BigBird mask (Zaheer et al., "Big Bird", NeurIPS 2020); see `bigbird`. */
export interface BigBirdParameters {
  /** Tokens a block. */
  readonly block: number;
  /** Random blocks a row of blocks. */
  readonly random: number;
  /** Blocks of the window around the diagonal, an odd number. */
  readonly window: number;
  /** Global blocks, half of them at the start and half at the end of the sequence; an even number. */
  readonly global: number;
  readonly seed: number;
}

/**
 * A mask as an immutable expression: which keys j a query at absolute position i may see. `i` is the query's index
 * plus keyLength - queryLength (bottom-right alignment), so that decoding and chunked prefill need no other mask.
 *
 * Build expressions with `causal()`, `window()`, `and()` and so on, which check their arguments, or with `parseMask`.
 * `visible` is the definition of every kind.
 */
export type MaskExpression =
  | { readonly kind: 'all' }
  | { readonly kind: 'causal' }
  /** i - behind <= j <= i + ahead. */
  | { readonly kind: 'window'; readonly behind: number; readonly ahead: number }
  | { readonly kind: 'sink'; readonly count: number }
  | { readonly kind: 'global'; readonly count: number }
  | { readonly kind: 'dilated'; readonly span: number; readonly step: number }
  | { readonly kind: 'prefix'; readonly length: number }
  /** `ids[t]` is the document of the token at absolute position t; `source` is the file it came from. */
  | { readonly kind: 'documents'; readonly ids: Int32Array; readonly source?: string }
  /** `keyLength` and `head` are those of the mask it is compiled for when absent. */
  | {
      readonly kind: 'bigbird';
      readonly parameters: BigBirdParameters;
      readonly keyLength?: number;
      readonly head?: number;
    }
  | { readonly kind: 'blocks'; readonly pattern: BsrPattern; readonly source?: string }
  /** `columns` and `distances` (i - j) increase strictly; with `block`, every block they touch is visible. */
  | {
      readonly kind: 'verticalSlash';
      readonly columns: Int32Array;
      readonly distances: Int32Array;
      readonly block?: number;
    }
  /** A published model's mask; stands for another expression that may depend on the length and the head. */
  | { readonly kind: 'preset'; readonly name: string }
  | { readonly kind: 'and'; readonly terms: readonly MaskExpression[] }
  | { readonly kind: 'or'; readonly terms: readonly MaskExpression[] }
  | { readonly kind: 'not'; readonly term: MaskExpression };

/** What an expression may still depend on. */
export interface MaskContext {
  /** Needed by `bigbird` terms and by some presets. */
  readonly keyLength?: number;
  /** The query head, default 0. */
  readonly head?: number;
}
