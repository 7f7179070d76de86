import type { NativeAddon } from './addon.js';
export type LoadResult = {
    readonly addon: NativeAddon;
} | {
    readonly addon?: undefined;
    readonly reason: string;
};
/** Loads the addon once; when it cannot, says which places were tried, what each answered, and what would help. */
export declare function loadAddon(): LoadResult;
/** One place where the addon may be. */
export interface Candidate {
    readonly place: string;
    readonly open: () => unknown;
}
/** The first candidate that loads and has the right interface. */
export declare function loadFirst(target: string, candidates: readonly Candidate[]): LoadResult;
//# sourceMappingURL=load.d.ts.map