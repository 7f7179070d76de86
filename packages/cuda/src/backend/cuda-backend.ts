import { checkDtype } from '@sparsek/bsr/problem';
import { type Backend, BackendUnavailableError, type Dtype, type OperationName } from '@sparsek/types';
import { type CudaDevice, type DeviceOptions, openDevice } from '../device/device.js';
import { deviceState } from '../device/state.js';
import { type CudaChoice, cudaAvailability } from '../driver/availability.js';
import { findDamage, findKernels } from '../kernels/find.js';
import { planAttention } from './attention/plan.js';
import { createSession } from './session.js';
import { planSpmm } from './spmm/plan.js';
import { requireSupport, supports } from './support.js';

export interface CudaBackendOptions extends CudaChoice, Pick<DeviceOptions, 'limits'> {}

/** The backend, with the device that it works on for those who keep their data there. */
export interface CudaBackend extends Backend {
  readonly name: 'cuda';
  readonly cudaDevice: CudaDevice;
}

/**
 * Opens the CUDA backend. Its plans take and give data in host memory, as every backend does.
 *
 * @throws BackendUnavailableError with the reason that `cudaAvailability` gives.
 */
export async function openCudaBackend(options: CudaBackendOptions = {}): Promise<CudaBackend> {
  const availability = cudaAvailability(options);
  if (!availability.available) throw new BackendUnavailableError('cuda', availability.reason);
  const kernels = findKernels();
  const damage = kernels.found ? findDamage(kernels.folder) : kernels.reason;
  if (damage !== undefined) throw new BackendUnavailableError('cuda', damage);
  const { device: ordinal, limits } = options;
  const device = openDevice({ ...(ordinal === undefined ? {} : { ordinal }), ...(limits ? { limits } : {}) });
  const session = createSession(device);
  const prepare = (operation: OperationName, dtype: Dtype) => {
    deviceState(device, 'backend');
    checkDtype(dtype, 'dtype');
    requireSupport(device.info, operation, dtype);
  };
  const unsupported = (operation: OperationName, dtype: Dtype): never => {
    prepare(operation, dtype);
    throw new TypeError(`${operation} is listed as supported and has no implementation`);
  };
  return {
    name: 'cuda',
    device: device.info.name,
    cudaDevice: device,
    supports: (operation, dtype) => supports(device.info, operation, dtype),
    async planSpmm(problem, planOptions) {
      prepare('spmm', problem.dtype);
      return planSpmm(session, problem, planOptions);
    },
    planSddmm: async (problem) => unsupported('sddmm', problem.dtype),
    planSpgemm: async (problem) => unsupported('spgemm', problem.dtype),
    planSpmm24: async (problem) => unsupported('spmm24', problem.a.dtype),
    async planAttention(problem, planOptions) {
      prepare('attention', problem.dtype);
      return planAttention(session, problem, planOptions);
    },
    [Symbol.dispose]: () => device[Symbol.dispose](),
  };
}
