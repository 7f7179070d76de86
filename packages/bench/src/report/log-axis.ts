/** What Vega-Lite needs for a logarithmic axis that can be read: few round ticks, the outer ones beyond the values. */
export interface LogAxis {
  readonly scale: { readonly type: 'log'; readonly domain: number[]; readonly nice: false };
  readonly ticks: { readonly values: number[]; readonly labelExpr: string };
}

export interface LogAxisOptions {
  /** Ticks that have room; where the coarsest ladder has more, some of its steps go without a label. */
  readonly most?: number;
  /** 2 for sizes of memory and of contexts. */
  readonly base?: 2 | 10;
}

/** Ladders of round numbers, the finest first: factors that repeat with every power. */
const LADDERS = {
  10: [
    { power: 10, factors: [1, 2, 5] },
    { power: 10, factors: [1, 3] },
    { power: 10, factors: [1] },
  ],
  2: [
    { power: 2, factors: [1] },
    { power: 4, factors: [1] },
    { power: 16, factors: [1] },
  ],
} as const;

/** Whether a value has a place on a logarithmic axis. */
export const hasLogarithm = (value: number): boolean => value > 0 && Number.isFinite(value);

/** An axis from a round number below all values that have a place on it to one above. */
export function logAxis(
  values: readonly number[],
  format: (value: number) => string,
  { most = 7, base = 10 }: LogAxisOptions = {},
): LogAxis {
  const placed = values.filter(hasLogarithm);
  const [least, largest] = placed.length > 0 ? [Math.min(...placed), Math.max(...placed)] : [1, 1];
  const [finest, ...coarser] = LADDERS[base];
  const all = around(least, largest, finest);
  const [from, to] = [all[0]!, all.at(-1)!];
  const ladders = [all, ...coarser.map((ladder) => stepsOf(from, to, ladder))];
  const steps = ladders.find((ticks) => ticks.length <= most) ?? ladders.at(-1)!;
  const every = Math.ceil((steps.length - 1) / (most - 1));
  const ticks = steps.filter((_, index) => every === 0 || index % every === 0);
  return {
    scale: { type: 'log', domain: [from, to], nice: false },
    ticks: labelled(ticks, (value) => trimZeros(format(value))),
  };
}

/** Ticks of any axis with labels of one's own. */
export function labelled(values: readonly number[], format: (value: number) => string): LogAxis['ticks'] {
  const labels = Object.fromEntries(values.map((value) => [value, format(value)]));
  return { values: [...values], labelExpr: `${JSON.stringify(labels)}[datum.value]` };
}

interface Ladder {
  readonly power: number;
  readonly factors: readonly number[];
}

/** Steps from the last one not above the least value to the first one not below the largest, at least two. */
function around(least: number, largest: number, ladder: Ladder): number[] {
  const { power } = ladder;
  const steps = stepsOf(least / power, largest * power * power, ladder);
  const from = steps.filter((step) => step <= least).length - 1;
  const to = steps.findIndex((step) => step >= largest);
  return steps.slice(from, Math.max(to, from + 1) + 1);
}

/** Steps of a ladder from one number to another, both included. */
function stepsOf(from: number, to: number, { power, factors }: Ladder): number[] {
  const exponentOf = (value: number) => Math.floor(Math.log(value) / Math.log(power));
  const steps: number[] = [];
  for (let exponent = exponentOf(from) - 1; exponent <= exponentOf(to) + 1; exponent++) {
    // Decades are read from text, so that each step is the number nearest to its name.
    for (const factor of factors) {
      steps.push(power === 10 ? Number(`${factor}e${exponent}`) : factor * power ** exponent);
    }
  }
  return steps.filter((step) => step >= from && step <= to);
}

/** `10.0 ms` says no more than `10 ms` on an axis. */
const trimZeros = (text: string) => text.replace(/(\.\d*?)0+(?!\d)/, '$1').replace(/\.(?!\d)/, '');
