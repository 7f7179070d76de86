import type { Availability, Backend, BackendName } from '@sparsek/types';

export interface BackendOptions {
  /** CPU backend: worker threads. Default: one a core. */
  readonly threads?: number;
  /** CUDA backend: number of the GPU, in the driver's order. Default 0. */
  readonly device?: number;
}

/** One backend that can be asked for. Its package is loaded when it is first asked about, not before. */
export interface Provider {
  readonly name: BackendName;
  availability(options: BackendOptions): Promise<Availability>;
  open(options: BackendOptions): Promise<Backend>;
}
