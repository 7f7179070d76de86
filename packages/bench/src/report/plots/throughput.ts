import { CHART_WIDTHS, drawSvg } from '../charts.js';
import { formatFlops, formatPercent, formatSize } from '../figures.js';
import { labelled, logAxis } from '../log-axis.js';
import type { Mark } from '../marks.js';
import type { PagePart } from '../page/parts.js';
import type { CaseResult } from '../schema.js';
import { curves } from './curve.js';
import { rateAxis } from './rate-axis.js';

/** Fewer points make no curve. */
const FEWEST = 3;

/** Useful rate against density and against size, for cases that differ in nothing else: a panel a group of cases. */
export async function throughputParts(
  results: readonly CaseResult[],
  marks: readonly Mark[],
): Promise<PagePart[]> {
  return [
    ...(await part(
      groupsOf(results, densityKey, ({ density }) => 100 * density),
      marks,
      {
        caption: 'Useful rate against density; higher is better',
        head: 'density',
        title: 'stored or visible share, %',
        log: false,
        format: (x) => formatPercent(x / 100),
      },
    )),
    ...(await part(groupsOf(results, sizeKey, sizeOf), marks, {
      caption: 'Useful rate against size; higher is better',
      head: 'size',
      title: 'rows or tokens',
      log: true,
      format: formatSize,
    })),
  ];
}

interface Point {
  readonly contestant: string;
  readonly x: number;
  readonly tflops: number;
}

interface Axis {
  readonly caption: string;
  readonly head: string;
  readonly title: string;
  readonly log: boolean;
  readonly format: (x: number) => string;
}

/** Points of every group of cases with enough different x, by the group's name. */
function groupsOf(
  results: readonly CaseResult[],
  keyOf: (result: CaseResult) => string | undefined,
  xOf: (result: CaseResult) => number,
): Map<string, Point[]> {
  const groups = new Map<string, CaseResult[]>();
  for (const result of results) {
    const key = keyOf(result);
    if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  const enough = [...groups].filter(([, members]) => new Set(members.map(xOf)).size >= FEWEST);
  return new Map(enough.map(([group, members]) => [group, members.flatMap((it) => pointsOf(it, xOf(it)))]));
}

function pointsOf({ contestants }: CaseResult, x: number): Point[] {
  return contestants.flatMap(({ name, usefulTflops: tflops, check }) =>
    // A wrong result has no rate.
    tflops === undefined || check?.passed === false ? [] : [{ contestant: name, x, tflops }],
  );
}

function densityKey({ case: it }: CaseResult): string | undefined {
  if (it.operation === 'spmm') {
    const { kind, blockShape } = it.pattern;
    return `${it.m}x${it.k}x${it.n}, block ${blockShape.join('x')}, ${kind}, ${it.dtype}`;
  }
  if (it.operation === 'attention' && typeof it.mask !== 'string' && it.mask.kind === 'random-blocks') {
    const { queryLength, heads, kvHeads, headDim, blockShape, mask } = it;
    const perHead = mask.perHead ? ', a mask a head' : '';
    return `${queryLength} tokens, D = ${headDim}, ${heads} heads on ${kvHeads}, block ${blockShape.join('x')}${perHead}`;
  }
  return undefined;
}

function sizeKey({ case: it }: CaseResult): string | undefined {
  if (it.operation === 'spmm') {
    const { kind, blockShape, density } = it.pattern;
    return `spmm ${kind}, block ${blockShape.join('x')}, ${formatPercent(density)}, ${it.dtype}`;
  }
  if (it.operation === 'attention' && typeof it.mask === 'string') {
    return `attention ${it.mask}, D = ${it.headDim}, ${it.heads} heads, ${it.dtype}`;
  }
  return undefined;
}

function sizeOf({ case: it }: CaseResult): number {
  return it.operation === 'attention' ? it.queryLength : it.m;
}

async function part(
  groups: ReadonlyMap<string, Point[]>,
  marks: readonly Mark[],
  axis: Axis,
): Promise<PagePart[]> {
  const all = [...groups.values()].flat();
  if (all.length === 0) return [];
  // The same in all panels, so that heights can be compared.
  const rates = rateAxis(all.map(({ tflops }) => tflops));
  const panels = [];
  for (const [group, points] of groups) {
    const sizes = [...new Set(points.map(({ x }) => x))].sort((a, b) => a - b);
    const spec = curves({
      points: points.map(({ contestant, x, tflops }) => ({
        ...{ series: contestant, x, y: tflops },
        label: `${contestant}: ${formatFlops(tflops)} at ${axis.format(x)}`,
      })),
      marks,
      x: axis.log
        ? {
            title: axis.title,
            log: logAxis(sizes, String, { base: 2 }),
            ticks: labelled(thinned(sizes), axis.format),
          }
        : { title: axis.title },
      y: rates,
    });
    const width = CHART_WIDTHS.narrow;
    panels.push({ title: group, svg: await drawSvg(spec, width), width });
  }
  const shown = new Set(all.map(({ contestant }) => contestant));
  return [
    {
      kind: 'chart',
      caption: axis.caption,
      chart: panels,
      legend: marks.filter(({ label }) => shown.has(label)),
      numbers: {
        head: ['contestant', axis.head, 'useful rate'],
        rows: [...groups].flatMap(([group, points]) => [
          { group },
          ...points.map(({ contestant, x, tflops }) => [contestant, axis.format(x), formatFlops(tflops)]),
        ]),
      },
    },
  ];
}

/** Every size, or every other one where they would not fit side by side. */
function thinned(sizes: readonly number[]): number[] {
  const every = Math.ceil(sizes.length / 6);
  return sizes.filter((_, index) => index % every === 0);
}
