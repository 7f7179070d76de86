import { describe, expect, it } from 'vitest';
import {
  formatBandwidth,
  formatFlops,
  formatMebibytes,
  formatMs,
  formatPercent,
  formatSize,
  formatTimes,
} from '../src/report/figures.js';

describe('figures', () => {
  it('keep three digits and change the unit rather than show an exponent', () => {
    expect([0.0084, 0.09996, 0.523, 12.34, 999.4, 999.7, 1240].map(formatMs)).toEqual([
      ...['8.40 µs', '100 µs', '0.523 ms', '12.3 ms', '999 ms', '1.00 s', '1.24 s'],
    ]);
    expect([0.0948, 0.9996, 94.8, 999.6, 1979].map(formatFlops)).toEqual([
      ...['94.8 GFLOP/s', '1.00 TFLOP/s', '94.8 TFLOP/s', '1000 TFLOP/s', '1980 TFLOP/s'],
    ]);
    expect([2.67e9, 9.996e11, 4.52e12].map(formatBandwidth)).toEqual(['2.67 GB/s', '1.00 TB/s', '4.52 TB/s']);
    expect([0.124, 6.923, 126.4, 1234].map(formatTimes)).toEqual(['0.124x', '6.92x', '126x', '1230x']);
    expect([69, 512, 1024, 262144].map(formatMebibytes)).toEqual([
      ...['69.0 MiB', '512 MiB', '1.00 GiB', '256 GiB'],
    ]);
  });

  it('name shares and sizes as people do', () => {
    expect([0.125, 0.0051207, 1].map(formatPercent)).toEqual(['12.5 %', '0.512 %', '100 %']);
    expect([96, 1000, 16384].map(formatSize)).toEqual(['96', '1000', '16K']);
  });
});
