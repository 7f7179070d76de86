import { cpuAvailability, instructionSets } from '@sparsek/cpu';
import { describe } from 'vitest';

const availability = cpuAvailability();
if (!availability.available) console.warn(`Skipped, for want of the native addon: ${availability.reason}`);

/** A suite that needs the native addon; without one the reason is printed and the suite is skipped. */
export const describeNative: (name: string, body: () => void) => void = describe.skipIf(
  !availability.available,
);

/** Instruction sets to test on this machine. */
export const testedSets = instructionSets();
