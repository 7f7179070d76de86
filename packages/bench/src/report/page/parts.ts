import type { Chart } from '../charts.js';
import type { Mark } from '../marks.js';

/** Text of a table's cell, or text that stands out or spans several columns. */
export type Cell = string | StyledCell;

export interface StyledCell {
  readonly text: string;
  /** `bad`: what a reader must not overlook; `quiet`: what may be overlooked. */
  readonly tone?: 'bad' | 'quiet';
  /** Columns that it takes; 1 unless told. */
  readonly span?: number;
}

/** The rows after it belong to this. */
export interface RowGroup {
  readonly group: string;
}

export type Row = readonly Cell[] | RowGroup;

export interface PageTable {
  readonly kind: 'table';
  readonly caption: string;
  readonly head: readonly string[];
  /** The first cell of a row names it. */
  readonly rows: readonly Row[];
}

/** A chart, or several of the same kind side by side. */
export interface PageChart {
  readonly kind: 'chart';
  /** What the chart shows and where better is, also for those who do not see it. */
  readonly caption: string;
  readonly chart: Chart | readonly Panel[];
  /** What its marks stand for. */
  readonly legend?: readonly Mark[];
  /** The same numbers for those who do not see the chart; folded away until asked for. */
  readonly numbers?: Pick<PageTable, 'head' | 'rows'>;
}

/** One of several charts side by side, or a picture. */
export interface Panel {
  readonly title: string;
  readonly svg: string;
  /** Of the drawing, in pixels. */
  readonly width: number;
}

export interface PageText {
  readonly kind: 'text';
  readonly text: string;
}

/** A drawing that stands by itself, such as a sparsity pattern. */
export interface PageSvg {
  readonly kind: 'svg';
  readonly caption: string;
  readonly svg: string;
}

/** The few figures that say it all. */
export interface PageFacts {
  readonly kind: 'facts';
  readonly facts: readonly Fact[];
}

export interface Fact {
  readonly value: string;
  readonly label: string;
  readonly note: string;
  readonly tone?: 'bad';
}

export type PagePart = PageTable | PageChart | PageText | PageSvg | PageFacts;

export interface PageSection {
  readonly title: string;
  readonly parts: readonly PagePart[];
}

export interface Page {
  readonly title: string;
  readonly lead: string;
  readonly sections: readonly PageSection[];
  /** Offered for download as JSON. */
  readonly data: unknown;
}
