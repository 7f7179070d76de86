export { type CudaBackend, type CudaBackendOptions, openCudaBackend } from './backend/cuda-backend.js';
export {
  type CudaDevice,
  type DeviceMemoryReport,
  type DeviceOptions,
  listDevices,
  type MemoryLimits,
  openDevice,
} from './device/device.js';
export type { CudaDeviceInfo } from './device/info.js';
export { type CudaChoice, type CudaSystem, cudaAvailability, cudaSystem } from './driver/availability.js';
export type { CudaGraph } from './graph/graph.js';
export type { DeviceMemory } from './memory/device-memory.js';
export type { PinnedMemory } from './memory/pinned-memory.js';
export type { PoolStatistics } from './native/binding.js';
export {
  type DeviceAttentionOperands,
  type DeviceAttentionPlan,
  type DeviceAttentionProblem,
  planAttentionOnDevice,
} from './operations/attention.js';
export { launchProbe, type ProbeName, type ProbeOperands, type ProbeWork } from './operations/probe.js';
export {
  type DeviceSpmmOperands,
  type DeviceSpmmPlan,
  type DeviceSpmmProblem,
  planSpmmOnDevice,
  tuneSpmmOnDevice,
} from './operations/spmm.js';
export { profilerRange } from './profiler/range.js';
export type { CudaEvent, EventOptions } from './stream/event.js';
export type { CudaStream, StreamOptions } from './stream/stream.js';
export { type DeviceBsr, uploadBsr } from './tensor/bsr.js';
export { type DeviceDense, emptyDense, uploadDense } from './tensor/dense.js';
export { type DeviceBsrParts, type WrapBsrOptions, wrapBsr } from './tensor/wrap-bsr.js';
