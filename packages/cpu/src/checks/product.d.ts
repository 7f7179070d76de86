import { type DenseMatrix, type Dtype, type Shape, type SpmmInputs, type SpmmProblem } from '@sparsek/types';
/** What the inputs of `spmm` and `spmm24` must fit. */
export interface Product {
    /** Of op(A). */
    readonly shape: Shape;
    readonly side: 'left' | 'right';
    readonly denseExtent: number;
    readonly dtype: Dtype;
    readonly outputDtype: Dtype;
}
export declare function checkProduct(problem: Pick<SpmmProblem, 'denseExtent' | 'outputDtype' | 'activation'>): void;
export declare function outputShape({ side, shape, denseExtent }: Product): Shape;
export declare function checkProductInputs(product: Product, inputs: Omit<SpmmInputs, 'values'>): void;
/** A dense matrix of a known shape and dtype. */
export declare function checkOperand(matrix: DenseMatrix, shape: Shape, dtype: Dtype, name: string): void;
//# sourceMappingURL=product.d.ts.map