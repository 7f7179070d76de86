import { type Availability, type Backend } from '@sparsek/types';
/** `generic` is plain C++ for any machine; the others need the processor's support. */
export type InstructionSet = 'generic' | 'avx2' | 'avx512' | 'neon';
export interface CpuOptions {
    /** Threads that a run may use, 1 to 256. Default: as many as the process may run on. */
    readonly threads?: number;
    /** Default `auto`: the fastest that this machine has. */
    readonly instructionSet?: InstructionSet | 'auto';
}
/** Whether the CPU backend can be used here, and on what; never throws. */
export declare function cpuAvailability(): Availability;
/** The instruction sets that `openCpuBackend` accepts on this machine, the fastest first; none without the addon. */
export declare function instructionSets(): InstructionSet[];
/**
 * Opens the CPU backend. All backends of a process share one pool of threads; the event loop is never blocked.
 * While a run is in flight, do not transfer or detach the buffers that it reads or writes.
 *
 * @throws BackendUnavailableError when no native addon fits this machine; it lists what was tried and what would help.
 * @throws InvalidArgumentError for a thread count or instruction set that this machine does not have.
 */
export declare function openCpuBackend(options?: CpuOptions): Backend;
//# sourceMappingURL=backend.d.ts.map