import { type Plan, type PlanOptions } from '@sparsek/types';
import type { NativeAddon, NativeCall, NativePlan, PlanSettings, RunSettings } from './native/addon.js';
/** What plans know of the backend that made them. */
export interface BackendState {
    readonly addon: NativeAddon;
    readonly threads: number;
    readonly instructionSet: string;
    disposed: boolean;
}
/** What distinguishes one operation's plans from another's; `Made` is what the addon's planning resolves to. */
export interface PlanParts<Made, Inputs, Output> {
    readonly kernel: string;
    /** Starts planning in the addon. */
    readonly make: (settings: PlanSettings) => NativeCall<Made>;
    readonly planOf: (made: Made) => NativePlan;
    /** Checks the inputs, makes the output and starts the run. */
    readonly start: (made: Made, inputs: Inputs, settings: RunSettings) => Started<Output>;
}
export interface Started<Output> {
    readonly output: Output;
    readonly call: NativeCall<number>;
}
/** Frees native plans that were dropped without being disposed only when JavaScript collects them. */
export declare function makePlan<Made, Inputs, Output>(state: BackendState, parts: PlanParts<Made, Inputs, Output>, begin: number, options?: PlanOptions): Promise<Plan<Inputs, Output>>;
//# sourceMappingURL=plan.d.ts.map