import { type Toolchain, toolchain } from '../toolchain.mjs';

/** The newest with which published addons are known to load on the oldest supported systems (docs/contributing.md). */
const NEWEST = { gcc: 12, glibc: 36 } as const;

/**
 * Why what this machine builds says nothing about published addons: newer compilers and libraries bring symbols that only
 * whoever publishes with them must deal with (tools/check-glibc.mjs refuses then). Undefined where it does say something.
 */
export function whyNotForRelease(
  { platform, arch, glibc, cxx }: Toolchain = toolchain(),
): string | undefined {
  const wanted = `addons are published from GCC ${NEWEST.gcc} and glibc 2.${NEWEST.glibc} or older`;
  if (platform !== 'linux' || arch !== 'x64') return `${wanted}, on Linux on x64`;
  if (glibc === null) return `${wanted}, and this system has another C library`;
  if (Number(glibc.split('.')[1]) > NEWEST.glibc) return `${wanted}, and this is glibc ${glibc}`;
  const gcc = /^(?:g\+\+|c\+\+)\S* \(.*\) (\d+)\./.exec(cxx ?? '')?.[1];
  if (gcc === undefined || Number(gcc) > NEWEST.gcc) return `${wanted}, and this is ${cxx ?? 'no compiler'}`;
  return undefined;
}
