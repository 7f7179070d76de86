import type { BackendName } from '@sparsek/types';
import { formatMs } from '../output/numbers.js';
import { fields } from '../output/table.js';
import type { Measured } from './measure.js';

/** What every timed command reports. */
export interface TimingReport {
  readonly operation: string;
  readonly backend: BackendName;
  /** The device for people. */
  readonly device: string;
  readonly kernel: string;
  readonly planMs: number;
  /** Median of the timed runs. */
  readonly computeMs: number;
  readonly repeat: number;
  readonly usefulFlops: number;
  /** 10^12 operations a second that stored values or visible pairs need; null where no time was measured. */
  readonly usefulTflops: number | null;
}

/** What a plan tells. */
export interface PlanReport {
  readonly backend: BackendName;
  readonly device: string;
  readonly kernel: string;
  readonly planMs: number;
  readonly usefulFlops: number;
}

export function timingReport(operation: string, plan: PlanReport, timed: Measured<unknown>): TimingReport {
  const { backend, device, kernel, planMs, usefulFlops } = plan;
  const { computeMs, repeat } = timed;
  const usefulTflops = computeMs > 0 ? usefulFlops / computeMs / 1e9 : null;
  return { operation, backend, device, kernel, planMs, computeMs, repeat, usefulFlops, usefulTflops };
}

/** The report for people; `more` adds lines. */
export function timingFields(
  report: TimingReport,
  more: readonly (readonly [string, string])[] = [],
): string {
  const { operation, backend, device, kernel, planMs, computeMs, repeat, usefulTflops } = report;
  const rate = usefulTflops === null ? '' : `, ${Number((usefulTflops * 1e3).toPrecision(3))} useful GFLOP/s`;
  return fields([
    ['operation', `${operation} on ${backend} (${device}), kernel ${kernel}`],
    ['plan', formatMs(planMs)],
    ['compute', `${formatMs(computeMs)}${rate}${repeat > 1 ? `, median of ${repeat}` : ''}`],
    ...more,
  ]);
}
