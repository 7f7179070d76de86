import { InvalidArgumentError } from '@sparsek/types';

const KERNELS_VARIABLE = 'SPARSEK_CUDA_KERNELS';

/**
 * Whether plans shall take the kernels for all GPUs also where faster ones are at hand, to test them there:
 * SPARSEK_CUDA_KERNELS is "portable".
 *
 * @throws InvalidArgumentError when the variable is anything else but empty.
 */
export function portableWanted(): boolean {
  const choice = process.env[KERNELS_VARIABLE];
  if (choice === undefined || choice === '' || choice === 'portable') return choice === 'portable';
  throw new InvalidArgumentError(KERNELS_VARIABLE, "'portable' or nothing", choice);
}
