import type { Availability } from '@sparsek/types';
import type { BackendOptions, Provider } from './provider.js';

const cuda: Provider = {
  name: 'cuda',
  async availability(options) {
    const { cudaAvailability } = await import('@sparsek/cuda');
    return cudaAvailability(deviceChoice(options));
  },
  async open(options) {
    const { openCudaBackend } = await import('@sparsek/cuda');
    return openCudaBackend(deviceChoice(options));
  },
};

const cpu: Provider = {
  name: 'cpu',
  async availability() {
    const { cpuAvailability } = await import('@sparsek/cpu');
    return cpuAvailability();
  },
  async open({ threads }) {
    const { openCpuBackend } = await import('@sparsek/cpu');
    return openCpuBackend(threads === undefined ? {} : { threads });
  },
};

const reference: Provider = {
  name: 'reference',
  async availability(): Promise<Availability> {
    return { available: true, device: 'float64 in TypeScript (slow)' };
  },
  async open() {
    const { referenceBackend } = await import('@sparsek/validator');
    return referenceBackend();
  },
};

/** Fastest first: the order in which `auto` tries them. */
export const PROVIDERS: readonly Provider[] = [cuda, cpu, reference];

function deviceChoice({ device }: BackendOptions): { device?: number } {
  return device === undefined ? {} : { device };
}
