/** Targets with a prebuilt addon. */
export declare const PREBUILT_TARGETS: readonly string[];
/** The version of glibc that this process runs on; undefined on musl and outside Linux. */
export declare function glibcVersion(): string | undefined;
/** This machine in the form `linux-x64-gnu`, as platform packages are named; decided by the process, not by what is installed. */
export declare function currentTarget(): string;
/** What a person can do about an addon that did not load. */
export declare function remedyFor(target: string, tried: readonly string[]): string;
//# sourceMappingURL=target.d.ts.map