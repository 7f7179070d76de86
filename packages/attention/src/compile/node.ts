import type { BsrPattern } from '@sparsek/types';
import type { DocumentIndex } from './document-index.js';
import type { IntegerSet } from './integer-set.js';

/** Pairs by their diagonal j - i, by their key j or by their query's absolute position i. */
export interface SetLeaf {
  readonly kind: 'set';
  readonly axis: 'diagonal' | 'key' | 'query';
  readonly set: IntegerSet;
}

export interface DocumentLeaf {
  readonly kind: 'documents';
  readonly index: DocumentIndex;
}

export interface BlocksLeaf {
  readonly kind: 'blocks';
  readonly pattern: BsrPattern;
}

export type Leaf = SetLeaf | DocumentLeaf | BlocksLeaf;

/** A mask expression reduced to three kinds of leaves. An empty `and` is everything, an empty `or` nothing. */
export type Node =
  | Leaf
  | { readonly kind: 'and'; readonly nodes: readonly Node[] }
  | { readonly kind: 'or'; readonly nodes: readonly Node[] }
  | { readonly kind: 'not'; readonly node: Node };
