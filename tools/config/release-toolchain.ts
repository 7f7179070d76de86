import { findCompiler } from '../toolchain.mjs';

/** The newest with which published addons are known to load on the oldest supported systems (docs/contributing.md). */
const NEWEST = { gcc: 12, glibc: 36 } as const;

/**
 * Why what this machine builds says nothing about published addons: newer compilers and libraries bring symbols that only
 * whoever publishes with them must deal with (tools/check-glibc.mjs refuses then). Undefined where it does say something.
 */
export function whyNotForRelease(
  report: object = process.report.getReport(),
  version: string | undefined = findCompiler()?.version,
): string | undefined {
  const wanted = `addons are published from GCC ${NEWEST.gcc} and glibc 2.${NEWEST.glibc} or older`;
  if (process.platform !== 'linux' || process.arch !== 'x64') return `${wanted}, on Linux on x64`;
  const glibc = /"glibcVersionRuntime":"2\.(\d+)"/.exec(JSON.stringify(report))?.[1];
  if (glibc === undefined) return `${wanted}, and this system has another C library`;
  if (Number(glibc) > NEWEST.glibc) return `${wanted}, and this is glibc 2.${glibc}`;
  const gcc = /^(?:g\+\+|c\+\+)\S* \(.*\) (\d+)\./.exec(version ?? '')?.[1];
  if (gcc === undefined || Number(gcc) > NEWEST.gcc)
    return `${wanted}, and this is ${version ?? 'no compiler'}`;
  return undefined;
}
