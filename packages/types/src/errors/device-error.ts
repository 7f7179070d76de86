import { SparsekError } from './sparsek-error.js';

/** The failed call of a device's driver. */
export interface FailedCall {
  /** Name of the driver function, such as `cuLaunchKernel`. */
  readonly call: string;
  /** Name of the driver's result, such as `CUDA_ERROR_INVALID_VALUE`. */
  readonly result: string;
  /** What SparseK was doing, such as `spmm`. */
  readonly operation: string;
}

/** A call of the device's driver failed. */
export class DeviceError extends SparsekError {
  readonly failed: FailedCall;

  constructor(failed: FailedCall, options?: ErrorOptions) {
    super('DEVICE_ERROR', `${failed.operation}: ${failed.call} failed with ${failed.result}`, options);
    this.name = 'DeviceError';
    this.failed = failed;
  }

  static override isInstance(error: unknown): error is DeviceError {
    return SparsekError.hasCode(error, 'DEVICE_ERROR');
  }
}
