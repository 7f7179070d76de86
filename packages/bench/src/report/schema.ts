import { z } from 'zod';
import { benchCaseSchema } from '../case/schema.js';

const timing = z.strictObject({
  runs: z.int(),
  median: z.number(),
  min: z.number(),
  max: z.number(),
  spread: z.number(),
});

const check = z.strictObject({
  passed: z.boolean(),
  /** Largest difference from the float64 reference on the sampled rows, and what is allowed. */
  error: z.number(),
  bound: z.number(),
  /** Rows of the result that were checked. */
  rows: z.int(),
});

const contestant = z.strictObject({
  name: z.string(),
  version: z.string(),
  kernel: z.string().optional(),
  planMs: z.number().optional(),
  /** Bytes between the L2 cache and the multiprocessors in one run, as its tiles ask for them. */
  l2Bytes: z.number().optional(),
  /** Everything before the first run: planning, copies, compilation. */
  prepareMs: z.number().optional(),
  /** How runs were timed, where that was not one call. */
  timedAs: z.string().optional(),
  /** Absent when the contestant was skipped. */
  timing: timing.optional(),
  /** Useful work per second: stored blocks or visible pairs only. */
  usefulTflops: z.number().optional(),
  /** As if the whole dense problem had been computed. */
  denseTflops: z.number().optional(),
  gigabytesPerSecond: z.number().optional(),
  /** Median of paired ratios, this contestant's time over the first one's: above 1 means slower than the first. */
  timeRatio: z.number().optional(),
  check: check.optional(),
  skipped: z.string().optional(),
});

/** What a device did while contestants took turns. */
const deviceState = z.strictObject({
  samples: z.int(),
  clockMhz: z.strictObject({ median: z.number(), min: z.number(), max: z.number() }),
  memoryClockMhz: z.number().optional(),
  /** Highest. */
  watts: z.number().optional(),
  celsius: z.number().optional(),
  /** Why clocks were held down at some moment. */
  throttled: z.array(z.string()),
});

const caseResult = z.strictObject({
  case: benchCaseSchema,
  density: z.number(),
  usefulFlops: z.number(),
  denseFlops: z.number(),
  bytes: z.number(),
  /** The first is the one under test; the rest are peers. */
  contestants: z.array(contestant).min(1),
  /** The first contestant against itself in the same run: what differs by less than this is noise. */
  noise: z.number(),
  /**
   * Most bytes of the process resident while the first contestant planned and ran once, beyond those before the
   * inputs were made: inputs, plan, scratch memory and output. Absent where the
   * suite does not ask for it or the system does not tell.
   */
  peakBytes: z.number().optional(),
  /** Copies of the inputs that runs took turns over, because one would have stayed in the caches. */
  inputSets: z.int().optional(),
  device: deviceState.optional(),
  /** The time that the limits of the machine expect, and the share of it that the first contestant's time is. */
  expected: z
    .strictObject({ ms: z.number(), boundBy: z.enum(['arithmetic', 'L2', 'memory']), share: z.number() })
    .optional(),
  /** What the whole case took, with its data and its checks. */
  seconds: z.number().optional(),
});

const limits = z.strictObject({
  /** Memory bandwidth, in bytes a second, and what measured it. */
  bytesPerSecond: z.number(),
  bandwidthKernel: z.string(),
  /** Arithmetic, in floating-point operations a second, by data type, and what measured it. */
  arithmetic: z.array(
    z.strictObject({
      dtype: z.enum(['f32', 'f16', 'bf16']),
      flopsPerSecond: z.number(),
      kernel: z.string(),
    }),
  ),
  /** Bandwidth of the L2 cache, in bytes a second. */
  l2BytesPerSecond: z.number().optional(),
  /** Matrix instructions by shape and by where their operands lie, in floating-point operations a second. */
  instructions: z.array(z.strictObject({ what: z.string(), flopsPerSecond: z.number() })).optional(),
  /** Every bandwidth that was measured, in bytes a second. */
  bandwidths: z.array(z.strictObject({ what: z.string(), bytesPerSecond: z.number() })).optional(),
});

export const benchReportSchema = z.strictObject({
  format: z.literal('sparsek-bench-1'),
  suite: z.string(),
  description: z.string(),
  command: z.string(),
  machine: z.strictObject({
    cpu: z.string(),
    threads: z.int(),
    memoryBytes: z.number(),
    /** Programs that wanted to run in the minute before, on average. */
    load: z.number().optional(),
    os: z.string(),
    node: z.string(),
    date: z.string(),
  }),
  /** What the machine can do at most, measured in the same run. */
  limits: limits.optional(),
  results: z.array(caseResult),
  /** How far expected and measured times differ, as shares of the measured ones. */
  modelError: z
    .strictObject({ cases: z.int(), median: z.number(), worst: z.number(), worstCase: z.string() })
    .optional(),
  /** Peers that could not run on this machine. */
  missingPeers: z.array(z.strictObject({ name: z.string(), reason: z.string() })).optional(),
  /** Cases that were left out. */
  notRun: z.array(z.strictObject({ name: z.string(), reason: z.string() })).optional(),
});

export type CheckResult = z.infer<typeof check>;
export type ContestantResult = z.infer<typeof contestant>;
export type DeviceState = z.infer<typeof deviceState>;
export type MachineLimits = z.infer<typeof limits>;
export type CaseResult = z.infer<typeof caseResult>;
export type BenchReport = z.infer<typeof benchReportSchema>;
