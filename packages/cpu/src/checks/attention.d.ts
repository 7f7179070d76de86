import { type AttentionInputs, type AttentionProblem, type AttentionTensor } from '@sparsek/types';
export declare function checkAttentionProblem(problem: AttentionProblem, validate: boolean): void;
export declare function checkAttentionInputs(problem: AttentionProblem, inputs: AttentionInputs): void;
/** Extents in the order of the problem's layout. */
export declare function tensorShape(problem: Pick<AttentionProblem, 'batch' | 'layout'>, heads: number, length: number, dim: number): AttentionTensor['shape'];
//# sourceMappingURL=attention.d.ts.map