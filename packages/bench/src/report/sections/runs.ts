import { formatFlops, formatMebibytes, formatMs, formatPercent } from '../figures.js';
import type { PagePart } from '../page/parts.js';
import type { CaseResult } from '../schema.js';

/** What the first contestant did in each case, and how sure its figure is. */
export function runParts(results: readonly CaseResult[]): PagePart[] {
  return [workTable(results), runsTable(results)];
}

/** What was computed, by which kernel, and how it was timed. */
function workTable(results: readonly CaseResult[]): PagePart {
  return {
    kind: 'table',
    caption:
      'Work of the first contestant: the rate as if all of the dense problem had been computed, the fewest bytes that ' +
      'must move, planning (not part of the time), kernel, and how runs were timed',
    head: ['case', 'dense-equivalent', 'bytes', 'planning', 'kernel', 'timed as'],
    rows: results.map(({ case: it, contestants: [own], bytes }) => [
      it.name,
      own?.denseTflops === undefined ? '-' : formatFlops(own.denseTflops),
      formatMebibytes(bytes / 2 ** 20),
      own?.planMs === undefined ? '-' : formatMs(own.planMs),
      own?.kernel ?? '-',
      own?.timedAs ?? 'one call',
    ]),
  };
}

/** How sure each figure is, and what the device did meanwhile. */
function runsTable(results: readonly CaseResult[]): PagePart {
  const watched = results.some(({ device }) => device !== undefined);
  const rows = results.map(({ case: it, contestants: [own], noise, device }) => [
    it.name,
    own?.timing ? `${own.timing.runs}` : '-',
    own?.timing ? formatPercent(own.timing.spread) : '-',
    formatPercent(noise),
    ...(watched ? deviceCells(device) : []),
  ]);
  return {
    kind: 'table',
    caption:
      'Runs of the first contestant: rounds, median deviation, difference from itself, and the device meanwhile',
    head: [
      'case',
      'rounds',
      'spread',
      'noise',
      ...(watched ? ['clock, MHz', 'power', 'temperature', 'held down by'] : []),
    ],
    rows,
  };
}

function deviceCells(device: CaseResult['device']): string[] {
  if (!device) return ['-', '-', '-', '-'];
  const { clockMhz, watts, celsius, throttled } = device;
  return [
    `${clockMhz.median} (${clockMhz.min} to ${clockMhz.max})`,
    watts === undefined ? '-' : `${watts.toFixed(0)} W`,
    celsius === undefined ? '-' : `${celsius} °C`,
    throttled.length > 0 ? throttled.join(', ') : '-',
  ];
}
