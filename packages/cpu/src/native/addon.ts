import type { Activation, Dtype, Values } from '@sparsek/types';

/** A plan in the addon's memory; only the addon can look inside. */
export type NativePlan = object & { readonly [planBrand]: never };
declare const planBrand: unique symbol;

/** A job that was started: settles on the event loop. Rejections carry `nativeCode`. */
export interface NativeCall<T> {
  readonly id: number;
  readonly promise: Promise<T>;
}

export interface NativePattern {
  readonly rows: number;
  readonly columns: number;
  readonly height: number;
  readonly width: number;
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
}

export interface NativeDense {
  readonly rows: number;
  readonly columns: number;
  readonly rowStride: number;
  readonly columnStride: number;
  readonly values: Values;
}

export interface NativeSpmmProblem {
  readonly pattern: NativePattern;
  readonly transpose: boolean;
  readonly columns: number;
  readonly dtype: Dtype;
  readonly outputDtype: Dtype;
  readonly activation: Activation;
  readonly transposedOut: boolean;
  readonly hybrid: boolean;
  readonly kinds?: Uint8Array;
  readonly metadata?: Uint8Array;
  readonly values?: Values;
}

export interface NativeSpmmInputs {
  readonly dtype: Dtype;
  readonly outputDtype: Dtype;
  readonly values?: Values | undefined;
  readonly dense: NativeDense;
  readonly out: Values;
  readonly c?: NativeDense | undefined;
  readonly bias?: Float32Array | undefined;
  readonly alpha: number;
  readonly beta: number;
}

export interface NativeSddmmProblem {
  readonly pattern: NativePattern;
  readonly inner: number;
  readonly dtype: Dtype;
  readonly outputDtype: Dtype;
}

export interface NativeSddmmInputs {
  readonly dtype: Dtype;
  readonly outputDtype: Dtype;
  readonly a: NativeDense;
  readonly b: NativeDense;
  readonly out: Values;
  readonly alpha: number;
}

export interface NativeSpgemmProblem {
  readonly a: NativePattern;
  readonly b: NativePattern;
  readonly dtype: Dtype;
  readonly outputDtype: Dtype;
  readonly dense: boolean;
}

export interface NativeSpgemmPlan {
  readonly plan: NativePlan;
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
}

export interface NativeSpgemmInputs {
  readonly dtype: Dtype;
  readonly outputDtype: Dtype;
  readonly aValues: Values;
  readonly bValues: Values;
  readonly out: Values;
  readonly alpha: number;
}

export interface NativeMaskPattern {
  readonly stored: boolean;
  /** Seven numbers a clause: diagonal, rows and columns (two each), index of the document relation. */
  readonly clauses?: readonly number[] | undefined;
  readonly indptr?: Int32Array | undefined;
  readonly indices?: Int32Array | undefined;
  readonly fill?: Int32Array | undefined;
  readonly bitmaps?: Uint32Array | undefined;
}

export interface NativeMask {
  readonly queryLength: number;
  readonly keyLength: number;
  readonly blockQueries: number;
  readonly blockKeys: number;
  readonly batches: number;
  readonly heads: number;
  readonly headMap: Int32Array;
  readonly patterns: readonly NativeMaskPattern[];
  readonly documentStart?: Int32Array | undefined;
  readonly documentEnd?: Int32Array | undefined;
}

export interface NativeAttentionProblem {
  readonly batch: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly valueDim: number;
  readonly dtype: Dtype;
  readonly outputDtype: Dtype;
  readonly sequenceFirst: boolean;
  readonly scale: number;
  /** 0: none. */
  readonly softcap: number;
  readonly mask: NativeMask;
}

export interface NativeAttentionInputs {
  readonly dtype: Dtype;
  readonly outputDtype: Dtype;
  readonly q: Values;
  readonly k: Values;
  readonly v: Values;
  readonly out: Values;
  readonly sinks?: Float32Array | undefined;
  readonly alibiSlopes?: Float32Array | undefined;
  readonly lse?: Float32Array | undefined;
}

export interface CallSettings {
  /** Work of some ten microseconds may run on the calling thread, before the call returns. */
  readonly inPlace: boolean;
}

export interface PlanSettings extends CallSettings {
  readonly instructionSet: string;
}

export interface RunSettings extends CallSettings {
  readonly threads: number;
}

/** The functions of `addon/binding/addon.cc`. Runs resolve to their computation's time in milliseconds. */
export interface NativeAddon {
  readonly interfaceVersion: number;
  /** Of this machine, the fastest first: `avx512`, `avx2`, `neon`, `generic`. */
  instructionSets(): string[];
  cancel(id: number): void;
  progress(id: number): number;
  disposePlan(plan: NativePlan): void;
  planSpmm(problem: NativeSpmmProblem, settings: PlanSettings): NativeCall<NativePlan>;
  runSpmm(plan: NativePlan, inputs: NativeSpmmInputs, settings: RunSettings): NativeCall<number>;
  planSddmm(problem: NativeSddmmProblem, settings: PlanSettings): NativeCall<NativePlan>;
  runSddmm(plan: NativePlan, inputs: NativeSddmmInputs, settings: RunSettings): NativeCall<number>;
  planSpgemm(problem: NativeSpgemmProblem, settings: PlanSettings): NativeCall<NativeSpgemmPlan>;
  runSpgemm(plan: NativePlan, inputs: NativeSpgemmInputs, settings: RunSettings): NativeCall<number>;
  planAttention(problem: NativeAttentionProblem, settings: PlanSettings): NativeCall<NativePlan>;
  runAttention(plan: NativePlan, inputs: NativeAttentionInputs, settings: RunSettings): NativeCall<number>;
}
