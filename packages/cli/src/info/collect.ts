import { availableParallelism, cpus, totalmem } from 'node:os';
import { explainBackends } from '@sparsek/backend';
import { type CudaDeviceInfo, cudaSystem } from '@sparsek/cuda';
import { VERSION } from '../version.js';
import { cpuFeatures } from './cpu-features.js';

/** One backend as `info` tells about it. */
export interface BackendInfo {
  readonly name: string;
  readonly available: boolean;
  readonly device?: string;
  /** Why it is not available. */
  readonly reason?: string;
  /** Whether `auto` takes it. */
  readonly chosen: boolean;
}

export interface SystemInfo {
  readonly version: string;
  readonly node: string;
  readonly platform: string;
  readonly memoryBytes: number;
  readonly cpu: { readonly model: string; readonly threads: number; readonly features: readonly string[] };
  readonly cuda: { readonly driverVersion?: string; readonly devices: readonly CudaDeviceInfo[] };
  readonly backends: readonly BackendInfo[];
}

/** Everything that a bug report needs. Takes a fraction of a second; nothing is computed. */
export async function collectInfo(): Promise<SystemInfo> {
  const explained = await explainBackends();
  const { driverVersion, devices } = cudaSystem();
  return {
    version: VERSION,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    memoryBytes: totalmem(),
    cpu: {
      model: cpus()[0]?.model.trim() ?? 'unknown',
      threads: availableParallelism(),
      features: cpuFeatures(),
    },
    cuda: { ...(driverVersion !== undefined && { driverVersion }), devices },
    backends: explained.map(({ name, availability, chosen }) => ({ name, ...availability, chosen })),
  };
}
