import { type RunOptions } from '@sparsek/types';
import type { NativeAddon, NativeCall } from './native/addon.js';
/**
 * Starts a job of the addon and waits for it. An aborted signal stops it between two tiles of the work; the promise
 * then rejects with the signal's reason, once no thread touches the arrays any more.
 */
export declare function callNative<T>(addon: NativeAddon, start: () => NativeCall<T>, options?: RunOptions): Promise<T>;
//# sourceMappingURL=call.d.ts.map