import { drawChart } from '../charts.js';
import type { PagePart } from '../page.js';
import type { CaseResult } from '../schema.js';

/** Fewer points make no curve. */
const FEWEST = 3;

/** Useful rate against density and against size, for cases that differ in nothing else. */
export async function throughputParts(results: readonly CaseResult[]): Promise<PagePart[]> {
  const parts: PagePart[] = [];
  const byDensity = series(results, densityKey, ({ density }) => 100 * density);
  if (byDensity.length > 0) {
    parts.push(await chart(byDensity, 'stored or visible share, %', 'linear', 'Useful rate against density'));
  }
  const bySize = series(results, sizeKey, sizeOf);
  if (bySize.length > 0) {
    parts.push(await chart(bySize, 'rows or tokens (log)', 'log', 'Useful rate against size'));
  }
  return parts;
}

interface Point {
  readonly group: string;
  readonly contestant: string;
  readonly x: number;
  readonly gflops: number;
}

/** Points of every group of cases with enough different x. */
function series(
  results: readonly CaseResult[],
  keyOf: (result: CaseResult) => string | undefined,
  xOf: (result: CaseResult) => number,
): Point[] {
  const groups = new Map<string, CaseResult[]>();
  for (const result of results) {
    const key = keyOf(result);
    if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  return [...groups]
    .filter(([, members]) => new Set(members.map(xOf)).size >= FEWEST)
    .flatMap(([group, members]) =>
      members.flatMap((result) =>
        result.contestants.flatMap(({ name, usefulTflops }) =>
          usefulTflops === undefined
            ? []
            : [{ group, contestant: name, x: xOf(result), gflops: 1000 * usefulTflops }],
        ),
      ),
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
    return `spmm ${kind}, block ${blockShape.join('x')}, ${100 * density} %, ${it.dtype}`;
  }
  if (it.operation === 'attention' && typeof it.mask === 'string') {
    return `attention ${it.mask}, D = ${it.headDim}, ${it.heads} heads, ${it.dtype}`;
  }
  return undefined;
}

function sizeOf({ case: it }: CaseResult): number {
  return it.operation === 'attention' ? it.queryLength : it.m;
}

async function chart(
  values: readonly Point[],
  title: string,
  scale: 'linear' | 'log',
  caption: string,
): Promise<PagePart> {
  const drawn = await drawChart({
    width: 420,
    height: 240,
    data: { values: [...values] },
    mark: { type: 'line', point: { filled: true, size: 60 } },
    encoding: {
      x: {
        field: 'x',
        type: 'quantitative',
        title,
        scale: scale === 'log' ? { type: 'log' } : { zero: true },
      },
      y: { field: 'gflops', type: 'quantitative', title: 'useful GFLOP/s (log)', scale: { type: 'log' } },
      color: { field: 'contestant', type: 'nominal', title: null, sort: null, legend: LEGEND },
      shape: { field: 'group', type: 'nominal', title: null, sort: null, legend: LEGEND },
      detail: { field: 'group', type: 'nominal' },
    },
  });
  return { kind: 'chart', caption, chart: drawn };
}

/** Under the plot, so that the plot stays wide on a phone. */
const LEGEND = { orient: 'bottom', direction: 'vertical' } as const;
