/**
 * The addon's functions. Only this package calls them; the modules around wrap them with checks and lifetimes.
 * Handles are opaque, and the garbage collector frees what nobody dropped.
 */
declare const handleKind: unique symbol;
interface Handle<Kind extends string> {
  readonly [handleKind]: Kind;
}
export type DeviceHandle = Handle<'device'>;
export type StreamHandle = Handle<'stream'>;
export type EventHandle = Handle<'event'>;
export type BufferHandle = Handle<'buffer'>;
export type GraphHandle = Handle<'graph'>;

export type SpmmPlanHandle = Handle<'spmm plan'>;
export type AttentionPlanHandle = Handle<'attention plan'>;

export type TypedArray = Float32Array | Uint16Array | Int32Array | Uint8Array | Uint32Array;

export interface LoadedDriver {
  readonly status: 'ready' | 'no-library' | 'too-old' | 'missing-function' | 'init-failed';
  /** As the driver tells it: 1000 * major + 10 * minor; 0 when unknown. */
  readonly version: number;
  readonly oldest: number;
  readonly detail: string;
  /** Name of the result of cuInit. */
  readonly result: string;
}

export interface NativeDeviceInfo {
  readonly ordinal: number;
  readonly name: string;
  readonly uuid: string;
  readonly pciAddress: string;
  readonly major: number;
  readonly minor: number;
  readonly supported: boolean;
  readonly multiprocessors: number;
  readonly memoryBytes: number;
  readonly l2Bytes: number;
  readonly sharedBytesPerBlock: number;
  readonly clockKilohertz: number;
  readonly memoryClockKilohertz: number;
  readonly memoryBusBits: number;
}

/** Sizes in bytes. */
export interface PoolStatistics {
  /** In memory that is in use, rounded up to the pool's size classes. */
  readonly used: number;
  /** Taken from the driver: used, or freed and kept for reuse. */
  readonly held: number;
  readonly peakUsed: number;
  readonly peakHeld: number;
  /** Most that may be held; Infinity without a limit. */
  readonly limit: number;
  readonly allocations: number;
  /** Allocations that were served without asking the driver. */
  readonly reuses: number;
}

/** A mask pattern as the kernels read it: square blocks, bitmaps of `side` rows of `side / 32` words. */
export interface NativeMaskPattern {
  readonly stored: boolean;
  readonly indptr?: Int32Array;
  readonly indices?: Int32Array;
  readonly fill?: Int32Array;
  readonly bitmaps?: Uint32Array;
  /** Seven words a clause: bounds of diagonal, rows and columns, then the document relation. */
  readonly clauses: Int32Array;
}

export interface NativeMask {
  /** Edge of the stored patterns' blocks: 128 or 64. */
  readonly side: number;
  readonly queryLength: number;
  readonly keyLength: number;
  readonly patterns: readonly NativeMaskPattern[];
  readonly headMap: Int32Array;
  readonly batches: number;
  readonly heads: number;
  readonly documentStart?: Int32Array;
  readonly documentEnd?: Int32Array;
}

export interface NativeAttention {
  readonly batch: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly valueDim: number;
  readonly elementType: number;
  readonly outputType: number;
  readonly scale: number;
  /** 0: none. */
  readonly softcap: number;
  readonly alibi: boolean;
  /** The portable kernel even where a faster one would do. */
  readonly portable: boolean;
  readonly mask: NativeMask;
}

/** An address, and the strides of sequence, head and batch in elements. */
export type NativeView = readonly [address: bigint, sequence: number, head: number, batch: number];

/** What a plan of spmm depends on. */
export type NativeSpmm = readonly [
  rows: number,
  columns: number,
  blockRows: number,
  blockColumns: number,
  indptr: Int32Array,
  indices: Int32Array,
  elementType: number,
  denseColumns: number,
  batch: number,
  bColumnMajor: boolean,
  tf32: boolean,
];

export interface NativeBinding {
  load(path: string): LoadedDriver;
  deviceCount(): number;
  deviceProperties(ordinal: number): NativeDeviceInfo;
  openDevice(ordinal: number, cubinFolder: string): DeviceHandle;
  dropDevice(device: DeviceHandle): void;
  deviceMemory(device: DeviceHandle): { readonly free: number; readonly total: number };
  inspectAddress(
    device: DeviceHandle,
    address: bigint,
  ): { readonly ordinal: number; readonly start: bigint; readonly bytes: number } | undefined;

  allocate(stream: StreamHandle, bytes: number): BufferHandle;
  dropBuffer(buffer: BufferHandle): void;
  bufferAddress(buffer: BufferHandle): bigint;
  useBuffer(buffer: BufferHandle, stream: StreamHandle): void;
  allocatePinned(device: DeviceHandle, bytes: number): ArrayBuffer;
  detach(buffer: ArrayBuffer): void;
  poolStatistics(device: DeviceHandle, pinned: boolean): PoolStatistics;
  trimPool(device: DeviceHandle, pinned: boolean, keep: number): number;
  limitPool(device: DeviceHandle, pinned: boolean, bytes: number): void;

  copyToDevice(stream: StreamHandle, address: bigint, source: TypedArray): void;
  copyToHost<T extends TypedArray>(
    stream: StreamHandle,
    address: bigint,
    target: T,
    pinned: boolean,
  ): Promise<T>;
  copyOnDevice(
    stream: StreamHandle,
    target: bigint,
    targetDevice: DeviceHandle,
    source: bigint,
    sourceDevice: DeviceHandle,
    bytes: number,
  ): void;
  fill(stream: StreamHandle, address: bigint, width: 1 | 2 | 4, pattern: number, count: number): void;
  /** Position of the first 16-bit word that has every bit of the mask; -1 when there is none. */
  firstNonFinite(array: Uint16Array, exponentMask: number): number;

  createStream(device: DeviceHandle, priority: number): StreamHandle;
  dropStream(stream: StreamHandle): void;
  streamHandle(stream: StreamHandle): bigint;
  isIdle(stream: StreamHandle): boolean;
  whenDone(stream: StreamHandle): Promise<void>;
  waitEvent(stream: StreamHandle, event: EventHandle): void;
  createEvent(device: DeviceHandle, timing: boolean): EventHandle;
  dropEvent(event: EventHandle): void;
  recordEvent(event: EventHandle, stream: StreamHandle): void;
  hasPassed(event: EventHandle): boolean;
  elapsed(start: EventHandle, end: EventHandle): number;

  beginCapture(stream: StreamHandle): void;
  endCapture(stream: StreamHandle): GraphHandle;
  cancelCapture(stream: StreamHandle): void;
  launchGraph(graph: GraphHandle, stream: StreamHandle): void;
  graphNodes(graph: GraphHandle): number;
  dropGraph(graph: GraphHandle): void;

  /** Starts the check of a pattern in device memory; page-locked `reports` hold its outcome for `describeCheck`. */
  launchCheck(
    stream: StreamHandle,
    indptr: bigint,
    indices: bigint,
    blockRows: number,
    blockColumns: number,
    blocks: number,
    reports: Uint32Array,
  ): void;
  /** Empty for a sound pattern. */
  describeCheck(reports: Uint32Array, blockRows: number, blockColumns: number, blocks: number): string;
  /** Block q of `transposed` becomes the transpose of block `source[q]`, all in device memory. */
  transposeBlocks(
    stream: StreamHandle,
    values: bigint,
    transposed: bigint,
    source: bigint,
    blocks: number,
    blockRows: number,
    blockColumns: number,
    elementBytes: number,
  ): void;

  /** Says what the launched kernel reads and writes, and its floating-point operations. */
  runProbe(
    stream: StreamHandle,
    name: string,
    bytes: number,
    passes: number,
    source: bigint,
    target: bigint,
    targetBytes: number,
  ): { readonly bytes: number; readonly flops: number };

  /** A range of the process in a profiler's timeline, by a number; undefined without a profiler. */
  startRange(name: string): bigint | undefined;
  endRange(range: bigint): void;

  /** By a candidate's name; 'model' takes what the cost model chooses. */
  planSpmm(
    stream: StreamHandle,
    ...problem: readonly [...NativeSpmm, candidate: string]
  ): {
    readonly plan: SpmmPlanHandle;
    readonly kernel: string;
    /** Between the L2 cache and the multiprocessors in one run; 0 where the plan does not tell. */
    readonly l2Traffic: number;
    /** Bytes of A's values as the kernel reads them; 0 when it reads the blocks themselves. */
    readonly packedBytes: number;
  };
  /** Groups of `size` block rows, by the host or by the device: what plans for small blocks begin with. */
  groupBlockRows(
    stream: StreamHandle,
    ...problem: readonly [...NativeSpmm, size: number, onDevice: boolean]
  ): Int32Array;
  /** Every name that `planSpmm` takes. */
  spmmCandidateNames(): readonly string[];
  /** Names of plans of a product that differ, 'model' first. */
  spmmCandidates(stream: StreamHandle, ...problem: NativeSpmm): readonly string[];
  packSpmm(plan: SpmmPlanHandle, stream: StreamHandle, values: bigint, packed: bigint): void;
  /** Addresses, then strides in elements, then the epilogue. */
  runSpmm(
    plan: SpmmPlanHandle,
    stream: StreamHandle,
    values: bigint,
    packed: bigint,
    b: bigint,
    out: bigint,
    addend: bigint,
    bias: bigint,
    bLeading: number,
    outLeading: number,
    outType: number,
    outTransposed: boolean,
    alpha: number,
    beta: number,
    activation: number,
  ): void;
  dropSpmmPlan(plan: SpmmPlanHandle): void;

  planAttention(
    stream: StreamHandle,
    problem: NativeAttention,
  ): { readonly plan: AttentionPlanHandle; readonly kernel: string; readonly l2Traffic: number };
  /** The views of q, k, v and out one after the other; then lse, sinks and slopes, 0n where there are none. */
  runAttention(
    plan: AttentionPlanHandle,
    stream: StreamHandle,
    ...operands: readonly [...NativeView, ...NativeView, ...NativeView, ...NativeView, bigint, bigint, bigint]
  ): void;
  dropAttentionPlan(plan: AttentionPlanHandle): void;
}
