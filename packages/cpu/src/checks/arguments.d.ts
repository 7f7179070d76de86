import { type Dtype, type Values } from '@sparsek/types';
export declare function checkObject(value: unknown, name: string): asserts value is object;
export declare function checkCount(value: unknown, name: string, least?: number): void;
/** A number, or nothing. */
export declare function checkNumber(value: unknown, name: string): void;
export declare function checkDtype(value: unknown, name: string): asserts value is Dtype;
/** A dtype, or nothing. */
export declare function checkOutputDtype(value: unknown): void;
export declare function checkChoice(value: unknown, choices: readonly string[], name: string): void;
/** Values of a dtype: the right typed array, of the right length, over memory of fixed size. */
export declare function checkValues(values: unknown, dtype: Dtype, length: number, name: string): asserts values is Values;
/** A Float32Array of a length, or nothing. */
export declare function checkFloats(values: unknown, length: number, name: string): void;
/** A buffer that shrinks while a thread works on it would take the memory away under it. */
export declare function checkFixedMemory(values: Values, name: string): void;
/** Whether two arrays have bytes in common. */
export declare function overlap(a: ArrayBufferView, b: ArrayBufferView): boolean;
/** Results are written while operands are still being read. */
export declare function checkApart(out: Values, operand: Values | undefined, name: string): void;
//# sourceMappingURL=arguments.d.ts.map