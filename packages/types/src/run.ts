/** Options of everything that can take long. */
export interface RunOptions {
  /** Stops the work soon after it is aborted; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called now and then with the finished share of the work, from 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
}

export interface PlanOptions extends RunOptions {
  /**
   * Check the structure that is handed in (indices in range and sorted, lengths consistent). Default true, at a
   * cost linear in the number of stored blocks. With false, malformed input gives undefined results.
   */
  readonly validate?: boolean;
  /**
   * Where a backend has several kernels for a product: measure them on the first plan of a kind, take the fastest and
   * remember it for later processes, instead of choosing by a cost model. Takes up to a second. Default false.
   */
  readonly autotune?: boolean;
}

/**
 * What depends only on the structure of a problem, computed once and run many times with new values.
 * Dispose it to free what it holds; running it afterwards throws a `DisposedError`.
 */
export interface Plan<Inputs, Output> extends Disposable {
  /** Time that planning took, in milliseconds. */
  readonly planMs: number;
  /** Name of the kernel that was chosen. */
  readonly kernel: string;
  run(inputs: Inputs, options?: RunOptions): Promise<Timed<Output>>;
}

/** A result with the time that its computation took, without planning, in milliseconds. */
export interface Timed<Output> {
  readonly output: Output;
  readonly computeMs: number;
}
