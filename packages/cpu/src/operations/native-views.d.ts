import type { BsrPattern, DenseMatrix } from '@sparsek/types';
import type { NativeDense, NativePattern } from '../native/addon.js';
export declare function nativePattern({ shape, blockShape, indptr, indices }: BsrPattern): NativePattern;
/** A matrix by its strides; with `transposed`, its transpose over the same memory. */
export declare function nativeDense(matrix: DenseMatrix, transposed?: boolean): NativeDense;
/** Number of values that the blocks of a pattern hold. */
export declare function storedLength({ indices, blockShape }: BsrPattern): number;
//# sourceMappingURL=native-views.d.ts.map