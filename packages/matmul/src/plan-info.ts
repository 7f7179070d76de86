import type { BackendName } from '@sparsek/types';

/** What every plan of this package can tell. */
export interface PlanInfo extends Disposable {
  readonly backend: BackendName;
  /** The device for people. */
  readonly device: string;
  /** Name of the kernel that was chosen. */
  readonly kernel: string;
  /** Time that planning took, in milliseconds. */
  readonly planMs: number;
  /** Floating-point operations of one run that stored values need; see `usefulFlops`. */
  readonly usefulFlops: number;
}
