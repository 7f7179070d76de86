import { type LogAxis, logAxis } from '../log-axis.js';

/** An axis of useful rates given in TFLOP/s, with the unit in its title: labels stay short. */
export function rateAxis(tflops: readonly number[]): { title: string; log: LogAxis } {
  const large = Math.max(...tflops) >= 1;
  const format = (value: number) => `${Number((large ? value : 1000 * value).toPrecision(6))}`;
  return { title: `useful rate, ${large ? 'TFLOP/s' : 'GFLOP/s'}`, log: logAxis(tflops, format) };
}
