import { readFileSync } from 'node:fs';

/** Flags of /proc/cpuinfo that matter to the kernels, as x86 and Arm name them. */
const KNOWN: readonly string[] = [
  'sse4_2',
  'avx',
  'f16c',
  'fma',
  'avx2',
  'avx512f',
  'avx512bw',
  'avx512vl',
  'avx512_bf16',
  'avx512_fp16',
  'amx_tile',
  'amx_bf16',
  'asimd',
  'asimdhp',
  'bf16',
  'sve',
  'sve2',
];

/** SIMD features of the CPU, as far as the system tells; empty elsewhere than on Linux. */
export function cpuFeatures(): readonly string[] {
  let text: string;
  try {
    text = readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    // Not Linux: there is no such file, and no feature to name.
    return [];
  }
  const line = /^(?:flags|Features)\s*:(.*)$/m.exec(text)?.[1] ?? '';
  const flags = new Set(line.trim().split(/\s+/));
  return KNOWN.filter((name) => flags.has(name));
}
