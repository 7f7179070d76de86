import fc from 'fast-check';
import {
  all,
  and,
  bigbird,
  blocks,
  causal,
  dilated,
  documents,
  global,
  type MaskExpression,
  not,
  or,
  prefix,
  sink,
  verticalSlash,
  window,
} from '../src/index.js';

/** Any pattern over a shape, at any block size. */
function arbitraryPattern(rows: number, columns: number): fc.Arbitrary<MaskExpression> {
  return fc
    .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }))
    .chain(([height, width]) => {
      const blockRows = Math.ceil(rows / height);
      const blockColumns = Math.ceil(columns / width);
      return fc
        .array(fc.boolean(), { minLength: blockRows * blockColumns, maxLength: blockRows * blockColumns })
        .map((present) => {
          const indptr = new Int32Array(blockRows + 1);
          const indices: number[] = [];
          for (let r = 0; r < blockRows; r++) {
            for (let c = 0; c < blockColumns; c++) if (present[r * blockColumns + c]) indices.push(c);
            indptr[r + 1] = indices.length;
          }
          return blocks({
            shape: [rows, columns],
            blockShape: [height, width],
            indptr,
            indices: Int32Array.from(indices),
          });
        });
    });
}

function arbitraryDocuments(length: number): fc.Arbitrary<MaskExpression> {
  const packed = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: length, maxLength: length });
  return fc.oneof(
    packed.map((steps) => {
      let id = 0;
      return documents(steps.map((step) => (step === 0 ? ++id : id)));
    }),
    packed.map((ids) => documents(ids)),
  );
}

/** Random expressions for lengths, over every kind of term. */
export function arbitraryMask(queryLength: number, keyLength: number): fc.Arbitrary<MaskExpression> {
  const size = fc.integer({ min: 0, max: keyLength + 5 });
  const positive = fc.integer({ min: 1, max: keyLength + 5 });
  const positions = fc.array(fc.integer({ min: 0, max: keyLength }), { maxLength: 6 });
  const term = fc.oneof(
    fc.constant(all()),
    fc.constant(causal()),
    positive.map((length) => window(length)),
    fc.tuple(size, size).map(([left, right]) => window(left, right)),
    size.map(sink),
    size.map(global),
    size.map(prefix),
    fc.tuple(positive, fc.integer({ min: 1, max: 9 })).map(([span, step]) => dilated(span, step)),
    fc.tuple(positions, positions).map(([vertical, slash]) => verticalSlash({ vertical, slash })),
    fc
      .tuple(positions, positions, positive)
      .map(([vertical, slash, block]) => verticalSlash({ vertical, slash, block })),
    fc.integer({ min: 1, max: 20 }).map((block) => bigbird({ block, random: 1 })),
    arbitraryPattern(queryLength, keyLength),
    arbitraryPattern(keyLength, keyLength),
    arbitraryDocuments(keyLength),
  );
  return fc.letrec<{ node: MaskExpression; term: MaskExpression }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      tie('term'),
      fc.array(tie('node'), { minLength: 0, maxLength: 3 }).map((terms) => and(...terms)),
      fc.array(tie('node'), { minLength: 0, maxLength: 3 }).map((terms) => or(...terms)),
      tie('node').map(not),
    ),
    term,
  })).node;
}
